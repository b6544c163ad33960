using Xunit;

namespace OssMigration.Cluster.Tests;

/// <summary>Tests that share the broker run one after another, because some of them end it.</summary>
[CollectionDefinition(nameof(OneBroker), DisableParallelization = true)]
public sealed class OneBroker;
