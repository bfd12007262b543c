extension Message {
    /// AMQP's short strings: length is one byte.
    private static let shortString = 255
    /// Headers and properties must fit one frame; half of RabbitMQ's 128 KiB leaves room for all encodings.
    private static let headerBytes = 64 << 10

    /// Why the message can't be sent at all, if so. The library would corrupt the connection by trying.
    func defect(maximumBody: Int) -> BrokerError? {
        if body.count > maximumBody {
            return Self.tooLarge("The body has \(body.count) bytes", limit: maximumBody)
        }
        let names = [exchange, routingKey, contentType, messageID, correlationID, replyTo]
        if names.contains(where: { ($0?.utf8.count ?? 0) > Self.shortString }) {
            return Self.tooLarge("A name, key or id is too long", limit: Self.shortString)
        }
        if headers.keys.contains(where: { $0.utf8.count > 128 }) {
            return Self.tooLarge("A header's name is too long", limit: 128)
        }
        let size = headers.encodedSize
        return size > Self.headerBytes ? Self.tooLarge("The headers have \(size) bytes", limit: Self.headerBytes) : nil
    }

    private static func tooLarge(_ what: String, limit: Int) -> BrokerError {
        BrokerError(.tooLarge(limit: limit), "\(what); the limit is \(limit) bytes.")
    }
}

extension [String: FieldValue] {
    fileprivate var encodedSize: Int {
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
