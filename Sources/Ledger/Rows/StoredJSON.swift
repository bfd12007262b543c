import FoundationEssentials
import JSON
import PostgreSQL

/// Values kept as `jsonb`.
enum StoredJSON {
    static func text(_ value: some Encodable) throws -> JSONText {
        let json = try JSONWriter().write(value)
        // Most values have none: then there is nothing to copy.
        let safe = json.contains(UInt8(ascii: "\\")) ? withoutNUL(json) : json
        return JSONText(text: String(decoding: safe, as: UTF8.self))
    }

    static func optionalText(_ value: (some Encodable)?) throws -> JSONText? {
        try value.map { try text($0) }
    }

    static func value<T: Decodable>(_ json: JSONText, as: T.Type = T.self) throws -> T {
        do {
            return try JSONReader().read(T.self, from: Array(json.text.utf8))
        } catch {
            throw LedgerError.unreadable("\(T.self): \(error)")
        }
    }

    /// PostgreSQL refuses `\u0000` in `jsonb`, and hosts may say anything: a log line, an exit message.
    static func withoutNUL(_ json: [UInt8]) -> [UInt8] {
        let nul = Array(#"\u0000"#.utf8)
        var safe: [UInt8] = []
        safe.reserveCapacity(json.count)
        var rest = json[...]
        while let byte = rest.first {
            if byte == nul[0], rest.starts(with: nul) {
                rest = rest.dropFirst(nul.count)
            } else {
                // An escaped backslash is one character: what follows it begins anew.
                let taken = byte == nul[0] ? rest.prefix(2) : rest.prefix(1)
                safe += taken
                rest = rest.dropFirst(taken.count)
            }
        }
        return safe
    }
}

extension Row {
    func json<T: Decodable>(_ column: String, as: T.Type = T.self) throws -> T {
        try StoredJSON.value(try decode(column))
    }

    func optionalJSON<T: Decodable>(_ column: String, as: T.Type = T.self) throws -> T? {
        try decode(column, as: JSONText?.self).map { try StoredJSON.value($0) }
    }
}

extension String {
    /// Fit for a column of type `text`, which holds no NUL.
    var withoutNUL: String {
        utf8.contains(0) ? String(decoding: utf8.filter { $0 != 0 }, as: UTF8.self) : self
    }
}
