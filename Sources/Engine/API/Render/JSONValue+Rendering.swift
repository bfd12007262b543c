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

    /// An object with more members.
    func with(_ more: [String: JSONValue]) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.merging(more) { $1 })
    }

    /// An object with one more member.
    func with(_ name: String, _ value: JSONValue) -> JSONValue {
        guard case .object(var members) = self else { return self }
        members[name] = value
        return .object(members)
    }
}

extension Sequence<UInt8> {
    var hexadecimal: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
