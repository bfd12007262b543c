import FoundationEssentials
import Model
import Wire

extension JSONValue {
    static func optional(_ text: String?) -> JSONValue {
        text.map(JSONValue.string) ?? .null
    }

    static func optional(_ number: Int?) -> JSONValue {
        number.map(JSONValue.integer) ?? .null
    }

    static func date(_ date: Date?) -> JSONValue {
        date.map { .string(WireJSON.text(of: $0)) } ?? .null
    }

    static func id<Of>(_ id: Identifier<Of>?) -> JSONValue {
        id.map { .string($0.description) } ?? .null
    }

    static func word(_ word: (some RawRepresentable<String>)?) -> JSONValue {
        word.map { .string($0.rawValue) } ?? .null
    }

    /// An object with one more member.
    func with(_ name: String, _ value: JSONValue) -> JSONValue {
        guard case .object(var members) = self else { return self }
        members[name] = value
        return .object(members)
    }
}
