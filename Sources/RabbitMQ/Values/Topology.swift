/// The exchanges, queues and bindings that a service declares each time it connects.
///
/// Declaring what exists alike does nothing. Declaring it with other properties is a channel error 406, which the
/// service reports and meets again at each attempt until one side is changed.
public struct Topology: Sendable, Hashable {
    public var exchanges: [Exchange]
    public var queues: [Queue]
    public var bindings: [Binding]

    public init(exchanges: [Exchange] = [], queues: [Queue] = [], bindings: [Binding] = []) {
        self.exchanges = exchanges
        self.queues = queues
        self.bindings = bindings
    }
}

extension Topology {
    public struct Exchange: Sendable, Hashable {
        public enum Kind: String, Sendable {
            case direct, fanout, topic, headers
        }

        public var name: String
        public var kind: Kind
        public var durable: Bool

        public init(name: String, kind: Kind, durable: Bool = true) {
            self.name = name
            self.kind = kind
            self.durable = durable
        }
    }

    public struct Queue: Sendable, Hashable {
        public enum Kind: String, Sendable {
            case classic, quorum
        }

        public var name: String
        public var kind: Kind
        public var durable: Bool
        /// For the declaring connection alone, and gone with it.
        public var exclusive: Bool
        /// Gone with its last consumer.
        public var autoDelete: Bool
        /// Further arguments; `x-queue-type` comes from `kind`.
        public var arguments: [String: FieldValue]

        public init(
            name: String, kind: Kind, durable: Bool = true, exclusive: Bool = false, autoDelete: Bool = false,
            arguments: [String: FieldValue] = [:]
        ) {
            self.name = name
            self.kind = kind
            self.durable = durable
            self.exclusive = exclusive
            self.autoDelete = autoDelete
            self.arguments = arguments
        }

        var allArguments: [String: FieldValue] {
            arguments.merging(["x-queue-type": .string(kind.rawValue)]) { _, kind in kind }
        }
    }

    public struct Binding: Sendable, Hashable {
        public var exchange: String
        public var queue: String
        public var routingKey: String

        public init(exchange: String, queue: String, routingKey: String = "") {
            self.exchange = exchange
            self.queue = queue
            self.routingKey = routingKey
        }
    }
}
