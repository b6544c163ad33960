using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Xml.Linq;
using static OssMigration.Help.MamlNames;

namespace OssMigration.Help;

/// <summary>Writes the parameters of one cmdlet.</summary>
internal sealed class ParameterWriter(DocComments comments, Type cmdletType)
{
    // PowerShell adds these two itself, so no comment describes them.
    private static readonly Dictionary<string, string> Added = new()
    {
        ["WhatIf"] = "Shows what would happen. Nothing is changed.",
        ["Confirm"] = "Asks before anything is changed.",
    };

    private readonly object? _cmdlet = Activator.CreateInstance(cmdletType);

    /// <summary>The element for a parameter, as one of its sets has it.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="isDescribed">False where only its shape is wanted, in a line of syntax.</param>
    public XElement Write(CommandParameterInfo parameter, bool isDescribed)
    {
        Type type = parameter.ParameterType;
        return new XElement(
            Command + "parameter",
            new XAttribute("required", parameter.IsMandatory ? "true" : "false"),
            new XAttribute("variableLength", type.IsArray ? "true" : "false"),
            new XAttribute("globbing", parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any() ? "true" : "false"),
            new XAttribute("pipelineInput", Pipeline(parameter)),
            new XAttribute("position", parameter.Position < 0 ? "named" : parameter.Position.ToString(CultureInfo.InvariantCulture)),
            new XAttribute("aliases", parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases)),
            new XElement(Maml + "name", parameter.Name),
            isDescribed ? Paragraphs(Maml + "description", Description(parameter)) : null,
            Values(parameter),
            type == typeof(SwitchParameter) ? null : new XElement(
                Command + "parameterValue", new XAttribute("required", "true"), new XAttribute("variableLength", type.IsArray ? "true" : "false"), Shown(type)),
            TypeOf((Nullable.GetUnderlyingType(type) ?? type).FullName!),
            new XElement(Dev + "defaultValue", Default(parameter)));
    }

    private static string Pipeline(CommandParameterInfo parameter)
    {
        List<string> ways = [];
        if (parameter.ValueFromPipeline)
            ways.Add("ByValue");
        if (parameter.ValueFromPipelineByPropertyName)
            ways.Add("ByPropertyName");
        return ways.Count == 0 ? "False" : $"True ({string.Join(", ", ways)})";
    }

    private static string Shown(Type type)
    {
        Type element = Element(type);
        return type.IsArray ? element.Name + "[]" : element.Name;
    }

    private static Type Element(Type type)
    {
        Type element = type.IsArray ? type.GetElementType()! : type;
        return Nullable.GetUnderlyingType(element) ?? element;
    }

    private static XElement? Values(CommandParameterInfo parameter)
    {
        IEnumerable<string> words = parameter.Attributes.OfType<ValidateSetAttribute>().FirstOrDefault()?.ValidValues
            ?? (Element(parameter.ParameterType) is { IsEnum: true } enumeration ? Enum.GetNames(enumeration) : []);
        return words.Any()
            ? new XElement(Command + "parameterValueGroup", words.Select(word => new XElement(
                Command + "parameterValue", new XAttribute("required", "false"), new XAttribute("variableLength", "false"), word)))
            : null;
    }

    private IReadOnlyList<string> Description(CommandParameterInfo parameter)
    {
        if (Added.TryGetValue(parameter.Name, out string? text))
            return [text];
        XElement? comment = comments.OfParameter(cmdletType, parameter.Name);
        return [.. DocText.Paragraphs(comment?.Element("summary")), .. DocText.Paragraphs(comment?.Element("remarks")), .. Words(Element(parameter.ParameterType))];
    }

    // What each word of an enumeration means is said where the enumeration is.
    private IEnumerable<string> Words(Type type) => !type.IsEnum ? [] : type.GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(word => $"{word.Name}: {string.Join(' ', DocText.Paragraphs(comments.OfWord(word)?.Element("summary")))}".TrimEnd(' ', ':'));

    private string Default(CommandParameterInfo parameter)
    {
        if (Added.ContainsKey(parameter.Name))
            return "False";
        object? value = cmdletType.GetProperty(parameter.Name)?.GetValue(_cmdlet);
        return value switch
        {
            null or "" or ICollection { Count: 0 } => "None",
            SwitchParameter isOn => isOn ? "True" : "False",
            IEnumerable some and not string => string.Join(", ", some.Cast<object>()),
            _ => HasMeaning(value) ? Convert.ToString(value, CultureInfo.InvariantCulture)! : "None",
        };
    }

    // A number or time that is zero before it is given is no default that anybody chose; the first word of an enumeration is.
    private static bool HasMeaning(object value)
        => value.GetType() is { IsEnum: true } || !value.Equals(value.GetType().IsValueType ? Activator.CreateInstance(value.GetType()) : null);
}
