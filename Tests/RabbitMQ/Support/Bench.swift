import RabbitMQ

/// One queue behind one exchange, and short ways to make what works on them.
struct Bench {
    static let exchange = "things"
    static let queue = "things.all"

    let host: VirtualHost
    let topology: Topology

    init(_ host: VirtualHost, kind: Topology.Queue.Kind = .classic, arguments: [String: FieldValue] = [:]) {
        self.host = host
        topology = Topology(
            exchanges: [.init(name: Self.exchange, kind: .topic)],
            queues: [.init(name: Self.queue, kind: kind, arguments: arguments)],
            bindings: [.init(exchange: Self.exchange, queue: Self.queue, routingKey: "thing.#")])
    }

    func publisher(window: Int = 100, port: Int? = nil, parameters: String = "") throws -> Publisher {
        Publisher(
            try host.configuration(port: port, parameters: parameters), topology: topology, window: window, name: "publisher",
            logger: .quiet)
    }

    func consumer(prefetch: Int = 100, port: Int? = nil, parameters: String = "", name: String = "consumer") throws -> Consumer {
        Consumer(
            try host.configuration(port: port, parameters: parameters), topology: topology, queue: Self.queue, prefetch: prefetch,
            name: name, logger: .quiet)
    }

    func message(_ text: String, mandatory: Bool = false) -> Message {
        Message(exchange: Self.exchange, routingKey: "thing.x", body: Array(text.utf8), mandatory: mandatory)
    }

    func messages(_ count: Int) -> [Message] {
        (0..<count).map { message("\($0)") }
    }
}

extension Delivery {
    var text: String { String(decoding: body, as: UTF8.self) }
}

extension Deliveries {
    /// The next `count`, or fewer when there are no more.
    func take(_ count: Int) async -> [Delivery] {
        var taken: [Delivery] = []
        while taken.count < count {
            let batch = await nextBatch(upTo: count - taken.count)
            if batch.isEmpty { break }
            taken += batch
        }
        return taken
    }
}
