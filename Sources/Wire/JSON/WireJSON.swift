public import FoundationEssentials
internal import JSON

/// JSON as it goes on the road: sorted keys, dates in ISO 8601 with milliseconds; the same value gives the same bytes everywhere.
public enum WireJSON {
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        var writer = JSONWriter()
        writer.sortsKeys = true
        writer.date = text
        return try writer.write(value)
    }

    /// - Throws: `undecodable`, naming the place.
    public static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws(WireError) -> Value {
        try decode(type, from: bytes, nil)
    }

    /// - Throws: also what the judge throws.
    static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], _ judge: EnvelopeJudge?
    ) throws(WireError) -> Value {
        var reader = JSONReader()
        if let key = EnvelopeJudge.key { reader.userInfo[key] = judge }
        reader.date = date
        do {
            return try reader.read(type, from: bytes)
        } catch let error as WireError {
            throw error
        } catch {
            throw .undecodable(place(of: error))
        }
    }

    /// `2026-03-01T12:00:00.000Z`
    public static func text(of date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// Reads ISO 8601 with or without a fraction of a second.
    public static func date(from text: String) -> Date? {
        (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle()))
    }

    /// Where in the JSON it went wrong; the value found there is not repeated, for it may be secret.
    private static func place(of error: any Error) -> String {
        guard let error = error as? DecodingError else { return "no JSON" }
        return switch error {
        case .keyNotFound(let key, let context): "\(path(context.codingPath)) lacks \(key.stringValue)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context): "wrong type at \(path(context.codingPath))"
        case .dataCorrupted(let context): "wrong value at \(path(context.codingPath))"
        @unknown default: "no JSON"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        "/" + keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: "/")
    }
}
