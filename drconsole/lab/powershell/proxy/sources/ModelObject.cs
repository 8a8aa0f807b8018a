// What scripts see of an object of the model: a read-only snapshot. Nothing converts into one: no public constructor,
// no Parse, no operator.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Microsoft.HyperV.PowerShell
{
    public class VirtualizationException : Exception
    {
        public VirtualizationException(string text) : base(text) { }
    }

    public class VirtualizationOperationFailedException : VirtualizationException
    {
        public VirtualizationOperationFailedException(string text) : base(text) { }
    }

    public class VirtualizationInvalidArgumentException : VirtualizationException
    {
        public VirtualizationInvalidArgumentException(string text) : base(text) { }
    }
}

namespace DrLab
{
    public abstract class ModelObject
    {
        static readonly ConcurrentDictionary<Type, HashSet<string>> documented = new();
        // internal, so that neither Get-Member nor ConvertTo-Json shows it
        internal JsonElement Data;

        internal static ModelObject Make(Type type, JsonElement data)
        {
            var names = documented.GetOrAdd(type, t => t.GetProperties().Select(p => p.Name).ToHashSet());
            foreach (var member in data.EnumerateObject())
                if (!member.Name.StartsWith('$') && !names.Contains(member.Name))
                    Link.NoteUnmodelled($"{type.Name}.{member.Name} is sent by the model and not documented");
            var made = (ModelObject)Activator.CreateInstance(type, true);
            made.Data = data;
            return made;
        }

        /// PowerShell turns an exception of a getter into $null without a word, so the lab is told first.
        protected T Get<T>([CallerMemberName] string name = null)
        {
            if (!Data.TryGetProperty(name, out var value))
            {
                Link.NoteUnmodelled($"{GetType().Name}.{name}");
                throw new NotImplementedException($"NotModelled: {GetType().Name}.{name}");
            }
            try
            {
                return (T)Values.To(value, typeof(T));
            }
            catch (Exception e)
            {
                Link.NoteUnmodelled($"{GetType().Name}.{name} is not of its documented type in the model: {e.Message}");
                throw;
            }
        }

        public override string ToString() => Values.Text(Data, "$text") ?? GetType().FullName;
    }

    /// Scripts compare cluster objects with text: Where-Object { $_.ResourceType -eq 'Virtual Machine Replication Broker' }.
    public abstract class ClusterObject : ModelObject
    {
        public string Name => Get<string>();

        public override string ToString() => Name;

        public override bool Equals(object other) =>
            (other is ClusterObject || other is string) && string.Equals(Name, other.ToString(), StringComparison.OrdinalIgnoreCase);

        public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Name);
    }
}
