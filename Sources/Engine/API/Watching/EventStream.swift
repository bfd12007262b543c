import HTTPTypes
import HummingbirdCore
import Ledger
import Model
import NIOCore
import ServiceLifecycle
import Synchronization

/// The event stream (server-sent events). Who comes back with `Last-Event-ID` goes on where it was and misses nothing.
struct EventStream: Sendable {
    private static let period = Duration.milliseconds(400)
    /// A comment is sent after so long without an event, so that a dead connection is found.
    private static let silence = Duration.seconds(15)
    private static let batch = 200

    let ledger: Ledger
    let tenant: String?
    let start: EventPlace

    /// Until the listener goes away, the engine stops, or the ledger does not answer: then the listener comes again.
    func write(to writer: inout any ResponseBodyWriter) async throws {
        try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
        var place = start
        var lastWord = ContinuousClock.now
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let events = try await ledger.events(after: place, tenant: tenant, limit: Self.batch)
            if let last = events.last {
                try await writer.write(ByteBuffer(string: events.map(\.frame).joined()))
                (place, lastWord) = (last.place, .now)
            } else if ContinuousClock.now - lastWord > Self.silence {
                try await writer.write(ByteBuffer(string: ": nothing new\n\n"))
                lastWord = .now
            }
            if events.count < Self.batch { try await Task.sleep(for: Self.period) }
        }
        try await writer.finish(nil)
    }
}

extension Event {
    var json: JSONValue {
        .object([
            "id": .string(place.description), "at": .date(at), "kind": .string(kind), "host": .id(host), "chain": .id(chain),
            "operation": .id(operation), "detail": detail,
        ])
    }

    fileprivate var frame: String { "id: \(place)\nevent: \(kind)\ndata: \(JSONWriter.text(json))\n\n" }
}

/// How many streams one engine keeps open.
final class StreamSeats: Sendable {
    static let limit = 200
    private let taken = Atomic<Int>(0)

    func take() throws(Problem) {
        guard taken.add(1, ordering: .relaxed).newValue <= Self.limit else {
            leave()
            throw .unavailable("\(Self.limit) event streams are open at this engine; come again later.", after: 10)
        }
    }

    func leave() {
        taken.subtract(1, ordering: .relaxed)
    }
}
