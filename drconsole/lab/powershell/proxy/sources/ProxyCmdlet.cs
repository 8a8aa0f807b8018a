// The cmdlet that forwards. One call: {"do":"call",...} goes out; lines come back until "end" or "fatal". A line with
// "wait" is answered before the model goes on: so an error under -ErrorAction Stop, or `| Select-Object -First 1`,
// stops the model before it touches its next target.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Text.Json;

namespace DrLab
{
    public abstract class ProxyCmdlet : PSCmdlet
    {
        static readonly HashSet<string> common =
            new(CommonParameters.Concat(OptionalCommonParameters), StringComparer.OrdinalIgnoreCase);
        static readonly ConcurrentDictionary<(Type, string), (PropertyInfo Property, bool Piped)> parameters = new();
        volatile Link link;

        protected override void ProcessRecord() => Forward(MyInvocation.MyCommand.Name, Bound(), WriteObject);

        protected override void StopProcessing() => link?.Cancel();

        static (PropertyInfo, bool) Look((Type type, string name) key)
        {
            var property = key.type.GetProperty(key.name);
            var marks = property.GetCustomAttributes<ParameterAttribute>(true);
            return (property, marks.Any(m => m.ValueFromPipeline || m.ValueFromPipelineByPropertyName));
        }

        /// The bound parameters of this pipeline record. BoundParameters also keeps what only an earlier record bound
        /// ($vm, 'name' | Start-VM: the second record has VM too), but the property itself was reset by then: so what can
        /// come by pipeline and is at its default was not bound.
        protected Dictionary<string, object> Bound()
        {
            var bound = new Dictionary<string, object>();
            foreach (var name in MyInvocation.BoundParameters.Keys.Where(n => !common.Contains(n)))
            {
                var (property, piped) = parameters.GetOrAdd((GetType(), name), Look);
                var value = property.GetValue(this);
                var empty = value == null || value is ValueType && value.Equals(Activator.CreateInstance(value.GetType()));
                if (!(MyInvocation.ExpectingInput && piped && empty)) bound[property.Name] = value;
            }
            return bound;
        }

        protected void Forward(string name, Dictionary<string, object> bound, Action<object> take)
        {
            var clean = false;
            try
            {
                link = Link.Take();
                if (Stopping) throw new PipelineStoppedException();
                Ask(name, bound);
                while (!clean) clean = Step(link.Receive(), take);
            }
            catch (LinkBroken e)
            {
                if (Stopping) throw new PipelineStoppedException();
                var broken = new LabException($"{name}: {e.Message}");
                ThrowTerminatingError(new ErrorRecord(broken, "ModelGone", ErrorCategory.ConnectionError, null));
            }
            finally
            {
                var used = link;
                link = null;
                // anything but a proper end (Stop, -First 1, a refused prompt): closing says that nobody listens any more
                if (clean && !Stopping) Link.Give(used);
                else used?.Close();
            }
            if (fatal != null) ThrowTerminatingError(Taken());
        }

        ErrorRecord fatal;

        ErrorRecord Taken()
        {
            var taken = fatal;
            fatal = null;
            return taken;
        }

        void Ask(string name, Dictionary<string, object> bound) => link.Send(w =>
        {
            w.WriteString("do", "call");
            w.WriteString("cmdlet", name);
            w.WriteString("set", ParameterSetName);
            w.WriteStartObject("bound");
            foreach (var (parameter, value) in bound)
            {
                w.WritePropertyName(parameter);
                Values.Write(w, value);
            }
            w.WriteEndObject();
        });

        /// Takes one item; true when it was the last word.
        bool Step(JsonElement item, Action<object> take)
        {
            var answer = true;
            switch (Values.Text(item, "is"))
            {
                case "beat":
                    break;
                case "object":
                    take(Values.Any(item.GetProperty("object")));
                    break;
                case "error":
                    WriteError(Values.Error(item));
                    break;
                case "warning":
                    WriteWarning(Values.Text(item, "text"));
                    break;
                case "verbose":
                    WriteVerbose(Values.Text(item, "text"));
                    break;
                // both obey the calling script's preferences; ShouldContinue is silenced by none of them
                case "process":
                    answer = ShouldProcess(Values.Text(item, "target"), Values.Text(item, "action"));
                    break;
                case "continue":
                    answer = ShouldContinue(Values.Text(item, "text"), Values.Text(item, "caption"));
                    break;
                case "fatal":
                    fatal = Values.Error(item);
                    return true;
                case "end":
                    return Stopping ? throw new PipelineStoppedException() : true;
                default:
                    throw new LinkBroken("the lab said something unknown: " + item);
            }
            if (item.TryGetProperty("wait", out _))
                link.Send(w =>
                {
                    w.WriteString("do", "answer");
                    w.WriteBoolean("answer", answer);
                });
            return false;
        }
    }

    /// Stands for every built-in cmdlet that would touch this machine.
    [Cmdlet("Invoke", "NotSimulated")]
    public sealed class NotSimulated : PSCmdlet
    {
        [Parameter(ValueFromRemainingArguments = true)] public object[] Rest { get; set; }
        [Parameter(ValueFromPipeline = true)] public object InputObject { get; set; }

        protected override void BeginProcessing()
        {
            var name = MyInvocation.MyCommand.Name;
            Link.NoteUnmodelled(name);
            var why = new NotImplementedException($"NotModelled: {name} is not part of the simulated host");
            ThrowTerminatingError(new ErrorRecord(why, "NotModelled", ErrorCategory.NotImplemented, name));
        }
    }
}
