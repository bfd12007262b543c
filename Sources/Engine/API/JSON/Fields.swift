import Model

/// Reads the fields of one JSON object or of a query, and collects everything that is wrong with them before it says so.
///
/// A field that is read is known; what is left over at the end is refused, so that a misspelt name is never silently ignored.
struct Fields {
    private var unread: [String: JSONValue]
    private var errors: [Problem.FieldError] = []
    private let path: String
    /// Its values are never shown, not even to who sent them: answers are logged in more places than requests.
    private let isSecret: Bool

    init(_ members: [String: JSONValue], path: String = "", isSecret: Bool = false) {
        self.unread = members
        self.path = path
        self.isSecret = isSecret
    }

    /// A field that has to be there; `nil` when it is missing or wrong, which `complete` then reports.
    mutating func required<Value>(_ name: String, _ rule: Rule<Value>) -> Value? {
        guard let value = unread.removeValue(forKey: name) else {
            errors.append(Problem.FieldError(field: path + name, value: nil, rule: "required: " + rule.text))
            return nil
        }
        return check(name, value, rule)
    }

    /// Says that a field is missing that was read already, unless something else was wrong with it.
    mutating func requirePresence(_ name: String) {
        guard !errors.contains(where: { $0.field == path + name }) else { return }
        errors.append(Problem.FieldError(field: path + name, value: nil, rule: "required"))
    }

    /// A field that may be missing.
    mutating func optional<Value>(_ name: String, _ rule: Rule<Value>) -> Value? {
        guard let value = unread.removeValue(forKey: name) else { return nil }
        return check(name, value, rule)
    }

    /// The fields of an object inside this one; `read` is not called when it is missing.
    mutating func optionalObject<R>(_ name: String, isSecret: Bool = false, _ read: (inout Fields) -> R?) -> R? {
        guard let given = unread.removeValue(forKey: name) else { return nil }
        guard case .object(let members) = given else {
            errors.append(Problem.FieldError(field: path + name, value: isSecret ? nil : Self.shown(given), rule: "an object"))
            return nil
        }
        var inner = Fields(members, path: path + name + ".", isSecret: isSecret)
        let value = read(&inner)
        inner.refuseUnread()
        errors += inner.errors
        return value
    }

    /// A field that may be missing, or `null` to take away what is there.
    mutating func change<Value>(_ name: String, _ read: (inout Fields) -> Value?) -> Change<Value> {
        switch unread[name] {
        case nil: return .unsaid
        case .null:
            unread[name] = nil
            return .removed
        case .some: return read(&self).map(Change.set) ?? .unsaid
        }
    }

    /// Whether nothing was given at all.
    var isEmpty: Bool { unread.isEmpty && errors.isEmpty }

    /// Says that the values are fine each, but not together.
    mutating func refuse(_ name: String, value: String?, rule: String) {
        errors.append(Problem.FieldError(field: path + name, value: value, rule: rule))
    }

    /// Gives the required values back unwrapped. Throws everything that is wrong, unknown fields included.
    mutating func complete<each Value>(_ values: repeat (each Value)?) throws(Problem) -> (repeat each Value) {
        refuseUnread()
        if !errors.isEmpty { throw problem }
        return (repeat try unwrap(each values))
    }

    private mutating func refuseUnread() {
        for name in unread.keys.sorted() {
            errors.append(Problem.FieldError(field: path + name, value: shown(unread[name] ?? .null), rule: Self.unknown))
        }
        unread = [:]
    }

    private mutating func check<Value>(_ name: String, _ value: JSONValue, _ rule: Rule<Value>) -> Value? {
        guard let read = rule.read(value) else {
            errors.append(Problem.FieldError(field: path + name, value: shown(value), rule: rule.text))
            return nil
        }
        return read
    }

    private func unwrap<Value>(_ value: Value?) throws(Problem) -> Value {
        guard let value else { throw problem }
        return value
    }

    private var problem: Problem {
        let names = errors.map(\.field).joined(separator: ", ")
        let unknown = !errors.isEmpty && errors.allSatisfy { $0.rule == Self.unknown }
        return Problem(
            unknown ? .unknownField : .invalidField,
            unknown ? "There is no field \(names)." : "The request can't be accepted because of \(names).", errors: errors)
    }

    private static let unknown = "unknown field"

    private func shown(_ value: JSONValue) -> String? {
        isSecret ? nil : Self.shown(value)
    }

    private static func shown(_ value: JSONValue) -> String {
        if case .string(let text) = value { return String(text.prefix(200)) }
        return String(JSONWriter.text(value).prefix(200))
    }
}

/// What a request says of a value that may be missing.
enum Change<Value> {
    case unsaid
    case removed
    case set(Value)

    /// The value after the change.
    func applied(to value: Value?) -> Value? {
        switch self {
        case .unsaid: value
        case .removed: nil
        case .set(let new): new
        }
    }
}

extension Change: Sendable where Value: Sendable {}
