import Foundation
import Testing

@testable import Curl

/// Streams, their backpressure, and their ends.
@Suite(.timeLimit(.minutes(2))) struct StreamTests {
    private let client = HTTPClient()
    private let endless = Timeouts(total: nil)

    @Test func anUnreadResponseHoldsThePeer() async throws {
        let size = 64 << 20
        let stalled = Gate()
        let sent = Tally()
        let peer = try Peer { connection, _ in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            let piece = [UInt8](repeating: 1, count: 64 << 10)
            sent.add(connection.writeUntilStalled(piece, atMost: size, patience: .milliseconds(300)))
            stalled.open()
            var rest = size - sent.value
            while rest > 0, connection.write(Array(piece.prefix(rest))) { rest -= min(rest, piece.count) }
        }
        let response = try await client.stream(Request("GET", peer.endpoint, "/", timeouts: endless, responseLimit: size))
        await stalled.opened()
        // What the kernel's own buffers take, and our window.
        #expect(sent.value < 32 << 20)
        var sum = 0
        for try await chunk in response.body {
            #expect(chunk.count <= Transfer.window + (64 << 10))
            sum += chunk.count
        }
        #expect(sum == size)
        peer.close()
    }

    @Test func anUnreadRequestHoldsTheProducer() async throws {
        let goOn = Gate()
        let received = Tally()
        let peer = try Peer { connection, _ in
            _ = connection.readHead()
            let wait = DispatchSemaphore(value: 0)
            Task {
                await goOn.opened()
                wait.signal()
            }
            wait.wait()
            while received.value < 64 << 20, case let bytes = connection.read(1 << 20), !bytes.isEmpty {
                received.add(bytes.count)
            }
            connection.answer("thanks")
        }
        let produced = Tally()
        let stalled = Gate()
        // Is asked for the next chunk only when the last one is on its way; the kernel takes some megabytes.
        let chunks = AsyncStream<[UInt8]> {
            guard produced.value < 64 else { return nil }
            if produced.add() == 2 { stalled.open() }
            return [UInt8](repeating: 2, count: 1 << 20)
        }
        async let response = client.send(
            Request("PUT", peer.endpoint, "/", body: .stream(chunks, length: 64 << 20), timeouts: endless))
        await stalled.opened()
        #expect(produced.value < 32)
        goOn.open()
        #expect(try await response.text == "thanks")
        #expect(received.value == 64 << 20)
        #expect(produced.value == 64)
        peer.close()
    }

    @Test(arguments: [99, 101])
    func aBodyOfAnotherLengthThanAnnounced(announced: Int) async throws {
        let peer = try Peer { connection, _ in
            _ = connection.readHead()
            connection.readToEnd()
        }
        let chunks = AsyncStream { continuation in
            continuation.yield([UInt8](repeating: 0, count: 100))
            continuation.finish()
        }
        let request = Request("PUT", peer.endpoint, "/", body: .stream(chunks, length: announced), timeouts: endless)
        #expect(await failure(of: { try await client.send(request) }) == .bodyFailed)
        peer.close()
    }

    @Test func aBodyThatFails() async throws {
        struct Broken: Error {}
        let peer = try Peer { connection, _ in connection.readToEnd() }
        let chunks = AsyncThrowingStream<[UInt8], any Error> { continuation in
            continuation.yield([1, 2, 3])
            continuation.finish(throwing: Broken())
        }
        let request = Request("POST", peer.endpoint, "/", body: .stream(chunks), timeouts: endless)
        #expect(await failure(of: { try await client.send(request) }) == .bodyFailed)
        peer.close()
    }

    /// The response comes while the body is still being made; its producer is told to stop.
    @Test(arguments: ["Content-Length: 8\r\n", "Content-Length: 8\r\nConnection: close\r\n", "Connection: close\r\n"])
    func anEarlyRefusal(headers: String) async throws {
        let peer = try Peer { connection, _ in
            _ = connection.readHead()
            // Its first chunk (a line with the size, the byte, a line's end) has come: from now on the body is starved.
            for _ in 0..<6 { _ = connection.read(1) }
            connection.write("HTTP/1.1 413 Payload Too Large\r\n\(headers)\r\ntoo much")
            if !headers.contains("Length") { connection.endWriting() }
            connection.readToEnd()
        }
        let ended = Gate()
        let (chunks, continuation) = AsyncStream<[UInt8]>.makeStream()
        continuation.onTermination = { _ in ended.open() }
        continuation.yield([1])
        let response = try await client.send(Request("PUT", peer.endpoint, "/", body: .stream(chunks), timeouts: endless))
        #expect(response.status == 413)
        #expect(response.text == "too much")
        await ended.opened()
        peer.close()
    }

    private func endlessPeer(_ ended: Gate, _ begun: Gate) throws -> Peer {
        try Peer { connection, _ in
            _ = connection.readHead()
            begun.open()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n")
            connection.readToEnd()
            ended.open()
        }
    }

    @Test func aCancelledTaskEndsItsStream() async throws {
        let (ended, begun, reading) = (Gate(), Gate(), Gate())
        let peer = try endlessPeer(ended, begun)
        let request = Request("GET", peer.endpoint, "/", timeouts: endless)
        let task = Task { [client] in
            let response = try await client.stream(request)
            for try await _ in response.body { reading.open() }
        }
        await reading.opened()
        task.cancel()
        #expect(await failure(of: { try await task.value }) == .cancelled)
        await ended.opened()
        peer.close()
    }

    @Test func aCancelledTaskEndsItsRequest() async throws {
        let (ended, begun) = (Gate(), Gate())
        let peer = try Peer { connection, _ in
            _ = connection.readHead()
            begun.open()
            connection.readToEnd()
            ended.open()
        }
        let request = Request("GET", peer.endpoint, "/", timeouts: endless)
        let task = Task { [client] in try await client.send(request) }
        await begun.opened()
        task.cancel()
        #expect(await failure(of: { try await task.value }) == .cancelled)
        await ended.opened()
        peer.close()
    }

    @Test func aTaskCancelledBeforehandSendsNothing() async throws {
        let requests = Tally()
        let peer = try Peer { _, _ in requests.add() }
        let request = Request("GET", peer.endpoint, "/", timeouts: endless)
        let start = Gate()
        let task = Task { [client] in
            await start.opened()
            return try await client.send(request)
        }
        task.cancel()
        start.open()
        #expect(await failure(of: { try await task.value }) == .cancelled)
        #expect(requests.value == 0)
        peer.close()
    }

    @Test func aDroppedBodyEndsItsExchange() async throws {
        let (ended, begun) = (Gate(), Gate())
        let peer = try endlessPeer(ended, begun)
        let request = Request("GET", peer.endpoint, "/", timeouts: endless)
        #expect(try await client.stream(request).status == 200)
        await ended.opened()
        peer.close()
    }

    @Test func aBodyKeepsItsClient() async throws {
        let (ended, begun) = (Gate(), Gate())
        let peer = try endlessPeer(ended, begun)
        let request = Request("GET", peer.endpoint, "/", timeouts: endless)
        let response = try await HTTPClient().stream(request)
        var iterator = response.body.makeAsyncIterator()
        #expect(try await iterator.next() == Array("some".utf8))
        peer.close()
        #expect(await failure(of: { try await iterator.next() }) == .interrupted)
    }

    @Test func shutdownEndsEverything() async throws {
        let (ended, begun) = (Gate(), Gate())
        let peer = try endlessPeer(ended, begun)
        let client = HTTPClient()
        let request = Request("GET", peer.endpoint, "/", timeouts: endless)
        let response = try await client.stream(request)
        client.shutdown()
        #expect(await failure(of: { try await response.body.collect() }) == .shutDown)
        #expect(await failure(of: { try await client.send(request) }) == .shutDown)
        await ended.opened()
        peer.close()
    }

    @Test func cancellingManyAtOnce() async throws {
        let begun = Tally()
        let all = Gate()
        let ended = Tally()
        let none = Gate()
        let peer = try Peer { connection, _ in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n")
            if begun.add() == 100 { all.open() }
            connection.readToEnd()
            if ended.add() == 100 { none.open() }
        }
        let request = Request("GET", peer.endpoint, "/", timeouts: Timeouts(connect: .seconds(60), total: nil))
        let tasks = (0..<100).map { _ in Task { [client] in try await client.send(request) } }
        await all.opened()
        for task in tasks { task.cancel() }
        for task in tasks { #expect(await failure(of: { try await task.value }) == .cancelled) }
        await none.opened()
        peer.close()
    }
}
