namespace OssMigration.Core.Copying;

/// <summary>The source object is not the one that was listed any more: begin again with what is there now.</summary>
internal sealed class SourceChangedException(string key) : Exception($"The object '{key}' changed at the source while it was read.");

/// <summary>The source object is gone.</summary>
internal sealed class SourceVanishedException(string key) : Exception($"The object '{key}' is gone at the source.");
