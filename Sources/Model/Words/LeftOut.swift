/// A value that is left out of JSON while it is what it usually is, so that what was stored or sent before the member existed
/// reads as it was meant, and its digest stays the same.
@propertyWrapper
public struct LeftOut<Usual: UsualValue>: Sendable, Hashable {
    public var wrappedValue: Usual.Value

    public init(wrappedValue: Usual.Value) {
        self.wrappedValue = wrappedValue
    }
}

/// What a member usually is.
public protocol UsualValue {
    associatedtype Value: Codable & Hashable & Sendable
    static var usual: Value { get }
}

/// Usually no elements.
public enum NoElements<Element: Codable & Hashable & Sendable>: UsualValue {
    public static var usual: [Element] { [] }
}

/// Usually no entries.
public enum NoEntries<Entry: Codable & Hashable & Sendable>: UsualValue {
    public static var usual: [String: Entry] { [:] }
}

/// Usually `true`.
public enum Yes: UsualValue {
    public static var usual: Bool { true }
}

/// Usually `false`.
public enum No: UsualValue {
    public static var usual: Bool { false }
}

extension LeftOut: Codable {
    public init(from decoder: any Decoder) throws {
        wrappedValue = try Usual.Value(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        try wrappedValue.encode(to: encoder)
    }
}

// What the compiler writes for a type with such members calls these.
extension KeyedDecodingContainer {
    public func decode<Usual>(_ type: LeftOut<Usual>.Type, forKey key: Key) throws -> LeftOut<Usual> {
        LeftOut(wrappedValue: try decodeIfPresent(Usual.Value.self, forKey: key) ?? Usual.usual)
    }
}

extension KeyedEncodingContainer {
    public mutating func encode<Usual>(_ member: LeftOut<Usual>, forKey key: Key) throws {
        guard member.wrappedValue != Usual.usual else { return }
        try encode(member.wrappedValue, forKey: key)
    }
}
