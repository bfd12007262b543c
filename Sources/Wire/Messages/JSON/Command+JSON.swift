import Model

extension Command.Work: Codable {
    private enum Key: String, CodingKey {
        case chain, objects
    }

    public init(from decoder: any Decoder) throws {
        let tagged = try Tagged(decoder, Key.self)
        switch tagged.tag {
        case "probe": self = .probe
        case "cleanse": self = .cleanse
        case "remove": self = .remove(try tagged.value(.objects))
        case "converge": self = .converge(try tagged.value(.chain))
        default: throw tagged.unknown
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .probe: _ = try Tagged<Key>.begin("probe", encoder)
        case .cleanse: _ = try Tagged<Key>.begin("cleanse", encoder)
        case .remove(let objects):
            var tagged = try Tagged<Key>.begin("remove", encoder)
            try tagged.put(objects, .objects)
        case .converge(let chain):
            var tagged = try Tagged<Key>.begin("converge", encoder)
            try tagged.put(chain, .chain)
        }
    }
}

extension Control: Codable {
    private enum Key: String, CodingKey {
        case operation
    }

    public init(from decoder: any Decoder) throws {
        let tagged = try Tagged(decoder, Key.self)
        switch tagged.tag {
        case "cancel": self = .cancel(try tagged.value(.operation))
        default: throw tagged.unknown
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .cancel(let operation):
            var tagged = try Tagged<Key>.begin("cancel", encoder)
            try tagged.put(operation, .operation)
        }
    }
}
