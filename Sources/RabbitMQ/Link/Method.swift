import CRabbitMQ

/// The methods that arrive without being asked for, and those that are sent without an answer: class · 65536 + method (AMQP 0-9-1 and RabbitMQ's extensions).
enum Method {
    static let connectionClose = id(10, 50)
    static let connectionCloseOK = id(10, 51)
    static let connectionBlocked = id(10, 60)
    static let connectionUnblocked = id(10, 61)
    static let channelClose = id(20, 40)
    static let channelCloseOK = id(20, 41)
    static let queueBind = id(50, 20)
    static let basicConsume = id(60, 20)
    static let basicCancel = id(60, 30)
    static let basicCancelOK = id(60, 31)
    static let basicReturn = id(60, 50)
    static let basicDeliver = id(60, 60)
    static let basicAck = id(60, 80)
    static let basicNack = id(60, 120)

    private static func id(_ classID: UInt32, _ methodID: UInt32) -> amqp_method_number_t {
        classID << 16 | methodID
    }
}

extension amqp_method_t {
    /// The caller has looked at `id`, which says what type the library decoded.
    func decoded<T>(as type: T.Type) -> T {
        decoded.assumingMemoryBound(to: type).pointee
    }
}
