using System.Xml.Linq;
using OssMigration.Help;

// Writes the module's help from its cmdlets and their doc comments. The build runs it when it has laid the module out:
//   OssMigration.Help MANIFEST HELP-FILE DOC-COMMENTS...
if (args.Length < 3)
{
    Console.Error.WriteLine("OssMigration.Help MANIFEST HELP-FILE DOC-COMMENTS...");
    return 64;
}

DocComments comments = DocComments.Load(args.Skip(2));
using ImportedModule module = ImportedModule.Open(args[0]);
MamlWriter writer = new(comments);
XElement help = new(MamlNames.HelpItems, new XAttribute("schema", "maml"), module.Cmdlets.Select(writer.Write));
Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(args[1]))!);
new XDocument(help).Save(args[1]);
Console.WriteLine($"Help for {module.Cmdlets.Count} cmdlets: {args[1]}");
return 0;
