import Model

extension Query.Ask: Codable {
    private enum Key: String, CodingKey {
        case chain, log
    }

    public init(from decoder: any Decoder) throws {
        let tagged = try Tagged(decoder, Key.self)
        switch tagged.tag {
        case "connection": self = .connection(try tagged.value(.chain))
        case "log": self = .log(try tagged.value(.log))
        default: throw tagged.unknown
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .connection(let chain):
            var tagged = try Tagged<Key>.begin("connection", encoder)
            try tagged.put(chain, .chain)
        case .log(let request):
            var tagged = try Tagged<Key>.begin("log", encoder)
            try tagged.put(request, .log)
        }
    }
}

extension Answer: Codable {
    private enum Key: String, CodingKey {
        case connection, log, error
    }

    public init(from decoder: any Decoder) throws {
        let tagged = try Tagged(decoder, Key.self)
        switch tagged.tag {
        case "connection": self = .connection(try tagged.value(.connection))
        case "log": self = .log(try tagged.value(.log))
        case "failed": self = .failed(try tagged.value(.error))
        default: throw tagged.unknown
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .connection(let connection):
            var tagged = try Tagged<Key>.begin("connection", encoder)
            try tagged.put(connection, .connection)
        case .log(let piece):
            var tagged = try Tagged<Key>.begin("log", encoder)
            try tagged.put(piece, .log)
        case .failed(let error):
            var tagged = try Tagged<Key>.begin("failed", encoder)
            try tagged.put(error, .error)
        }
    }
}
