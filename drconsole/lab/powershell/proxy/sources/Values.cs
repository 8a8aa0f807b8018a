// Seam values <-> what PowerShell binds and shows. The tags are those of drconsole/lab/hyperv/call.py.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Text.Json;

namespace DrLab
{
    internal static class Values
    {
        static readonly Type[] all = typeof(Values).Assembly.GetTypes();
        static readonly Dictionary<string, Type> classes =
            all.Where(t => t.IsSubclassOf(typeof(ModelObject)) && !t.IsAbstract).ToDictionary(t => t.Name);
        static readonly Dictionary<string, Type> enums =
            all.Where(t => t.IsEnum && t.IsPublic).ToDictionary(t => t.Name);

        /// Type names may come with or without their namespace.
        static string Short(string name) => name.Substring(name.LastIndexOf('.') + 1);

        public static void Write(Utf8JsonWriter w, object value)
        {
            switch (value is PSObject p ? p.BaseObject : value)
            {
                case null: w.WriteNullValue(); break;
                case ModelObject m: m.Data.WriteTo(w); break;
                case SwitchParameter s: w.WriteBooleanValue(s.IsPresent); break;
                case bool b: w.WriteBooleanValue(b); break;
                case Enum e: Tagged(w, "$enum", e.GetType().Name, "name", e.ToString()); break;
                case Guid g: Tagged(w, "$guid", g.ToString()); break;
                case DateTime d: Tagged(w, "$date", d.ToUniversalTime().ToString("o", CultureInfo.InvariantCulture)); break;
                case TimeSpan t:
                    w.WriteStartObject();
                    w.WriteNumber("$span", t.TotalSeconds);
                    w.WriteEndObject();
                    break;
                case string or char or Version: w.WriteStringValue(value.ToString()); break;
                case int or long or short or byte or uint or ushort: w.WriteNumberValue(Convert.ToInt64(value)); break;
                case ulong u: w.WriteNumberValue(u); break;
                case double or float or decimal: w.WriteNumberValue(Convert.ToDouble(value)); break;
                // a user's name is enough to know who asks; a password never leaves the shell
                case PSCredential c: Tagged(w, "$credential", c.UserName); break;
                case IDictionary map: WriteMap(w, map); break;
                case IEnumerable list: WriteList(w, list); break;
                // PSCustomObject, deserialised objects: the model refuses these
                case var other: Tagged(w, "$foreign", other.GetType().FullName); break;
            }
        }

        static void Tagged(Utf8JsonWriter w, string tag, string value, string second = null, string with = null)
        {
            w.WriteStartObject();
            w.WriteString(tag, value);
            if (second != null) w.WriteString(second, with);
            w.WriteEndObject();
        }

        static void WriteMap(Utf8JsonWriter w, IDictionary map)
        {
            w.WriteStartObject();
            foreach (var key in map.Keys)
            {
                w.WritePropertyName(key.ToString());
                Write(w, map[key]);
            }
            w.WriteEndObject();
        }

        static void WriteList(Utf8JsonWriter w, IEnumerable list)
        {
            w.WriteStartArray();
            foreach (var one in list) Write(w, one);
            w.WriteEndArray();
        }

        /// Converts to the documented type of a property, and to nothing else.
        public static object To(JsonElement value, Type type)
        {
            type = Nullable.GetUnderlyingType(type) ?? type;
            if (value.ValueKind == JsonValueKind.Null) return null;
            if (type == typeof(string)) return value.GetString();
            if (type == typeof(bool)) return value.GetBoolean();
            if (type == typeof(Version)) return Version.Parse(value.GetString());
            if (type.IsArray || type.IsGenericType) return ToList(value, type);
            if (value.ValueKind == JsonValueKind.Number && type != typeof(object))
                return Convert.ChangeType(value.GetDecimal(), type, CultureInfo.InvariantCulture);
            var made = Any(value);
            return type.IsInstanceOfType(made) ? made : throw new InvalidCastException($"{made.GetType().Name} instead of {type.Name}");
        }

        static object ToList(JsonElement value, Type type)
        {
            var item = type.IsArray ? type.GetElementType() : type.GetGenericArguments()[0];
            var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(item));
            foreach (var one in value.EnumerateArray()) list.Add(To(one, item));
            if (!type.IsArray) return list;
            var array = Array.CreateInstance(item, list.Count);
            list.CopyTo(array, 0);
            return array;
        }

        public static object Any(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => value.GetString(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => Number(value),
            JsonValueKind.Array => value.EnumerateArray().Select(Any).ToArray(),
            _ => Object(value),
        };

        // int where it fits, as a literal in a script
        static object Number(JsonElement value) =>
            value.TryGetInt32(out var small) ? small : value.TryGetInt64(out var big) ? big : value.GetDouble();

        static object Object(JsonElement value)
        {
            if (value.TryGetProperty("$type", out var type))
                return classes.TryGetValue(Short(type.GetString()), out var found)
                    ? ModelObject.Make(found, value)
                    : throw new InvalidCastException($"no class for an object of type {type}");
            if (value.TryGetProperty("$date", out var date))
                return DateTime.Parse(date.GetString(), CultureInfo.InvariantCulture,
                    DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal).ToLocalTime();
            if (value.TryGetProperty("$span", out var span)) return TimeSpan.FromSeconds(span.GetDouble());
            if (value.TryGetProperty("$guid", out var guid)) return Guid.Parse(guid.GetString());
            if (value.TryGetProperty("$enum", out var name)) return ToEnum(name.GetString(), value.GetProperty("name").GetString());
            var map = new Hashtable(StringComparer.OrdinalIgnoreCase);
            foreach (var member in value.EnumerateObject()) map[member.Name] = Any(member.Value);
            return map;
        }

        // by name only: Enum.Parse would take "17" too
        static object ToEnum(string type, string name) =>
            enums.TryGetValue(Short(type), out var found) && Enum.IsDefined(found, name)
                ? Enum.Parse(found, name)
                : throw new InvalidCastException($"{type} has no value {name}");

        public static string Text(JsonElement value, string name) =>
            value.TryGetProperty(name, out var got) && got.ValueKind == JsonValueKind.String ? got.GetString() : null;

        public static ErrorRecord Error(JsonElement item)
        {
            var name = Text(item, "exception") ?? "";
            var text = Text(item, "text");
            var type = new[] { name, "Microsoft.HyperV.PowerShell." + name }.Select(Find).FirstOrDefault(t => t != null);
            if (type == null) Link.NoteUnmodelled($"exception {name}");
            var cause = type == null ? new LabException(text) : (Exception)Activator.CreateInstance(type, text);
            var target = item.TryGetProperty("target", out var sent) ? Any(sent) : null;
            return new ErrorRecord(cause, Text(item, "id"), Enum.Parse<ErrorCategory>(Text(item, "category")), target);
        }

        static Type Find(string name)
        {
            var type = typeof(Values).Assembly.GetType(name) ?? typeof(PSObject).Assembly.GetType(name) ?? Type.GetType(name);
            return typeof(Exception).IsAssignableFrom(type) ? type : null;
        }
    }
}
