extension Message {
    /// AMQP's short strings: length is one byte.
    public static let shortString = 255
    /// Headers and properties must fit one frame; half of RabbitMQ's 128 KiB leaves room for all encodings.
    public static let headerBytes = 64 << 10
    /// RabbitMQ refuses longer names of headers.
    fileprivate static let headerName = 128

    /// Why the message can't be sent at all, if so. The library would corrupt the connection by trying.
    func defect(maximumBody: Int) -> BrokerError? {
        if body.count > maximumBody {
            return Self.tooLarge("The body has \(body.count) bytes", limit: maximumBody)
        }
        let names = [exchange, routingKey, contentType, messageID, correlationID, replyTo]
        if names.contains(where: { ($0?.utf8.count ?? 0) > Self.shortString }) {
            return Self.tooLarge("A name, key or id is too long", limit: Self.shortString)
        }
        if headers.keys.contains(where: { $0.utf8.count > Self.headerName }) {
            return Self.tooLarge("A header's name is too long", limit: Self.headerName)
        }
        let size = headers.encodedSize
        return size > Self.headerBytes ? Self.tooLarge("The headers have \(size) bytes", limit: Self.headerBytes) : nil
    }

    private static func tooLarge(_ what: String, limit: Int) -> BrokerError {
        BrokerError(.tooLarge(limit: limit), "\(what); the limit is \(limit) bytes.")
    }
}

extension [String: FieldValue] {
    /// As many as a message may carry, the smallest first. What came from a broker need not be fit to be sent: others' limits are
    /// wider, and what was no UTF-8 takes more bytes here than it took on the way.
    ///
    /// - Parameter bytes: for all of them.
    public func fitting(in bytes: Int = Message.headerBytes) -> [String: FieldValue] {
        var kept: [String: FieldValue] = [:]
        var left = bytes - kept.encodedSize
        let sizes = filter { $0.key.utf8.count <= Message.headerName }.map {
            (name: $0.key, size: [$0.key: $0.value].encodedSize)
        }
        for (name, size) in sizes.sorted(by: { ($0.size, $0.name) < ($1.size, $1.name) }) where size <= left {
            kept[name] = self[name]
            left -= size
        }
        return kept
    }

    /// In bytes, as AMQP writes them.
    public var encodedSize: Int {
        reduce(4) { $0 + 1 + $1.key.utf8.count + $1.value.encodedSize }
    }
}

extension FieldValue {
    fileprivate var encodedSize: Int {
        switch self {
        case .null: 1
        case .boolean: 2
        case .integer, .double, .timestamp: 9
        case .string(let text): 5 + text.utf8.count
        case .bytes(let bytes): 5 + bytes.count
        case .list(let values): values.reduce(5) { $0 + $1.encodedSize }
        case .table(let values): 1 + values.encodedSize
        }
    }
}
