import Testing

@testable import Curl

/// The pure halves of an exchange: head reader, inbox and outbox.
@Suite struct BoxTests {
    @Test func aHead() {
        var reader = HeadReader()
        let lines = [
            "HTTP/1.1 100 Continue\r\n", "\r\n", "HTTP/1.1 204 \r\n", "A:  b c \r\n", "  folded\r\n", "Empty:\r\n", "a: 2\r\n",
        ]
        for line in lines { #expect(reader.read(Array(line.utf8)) == .more) }
        #expect(reader.read(Array("\r\n".utf8)) == .head)
        #expect(reader.read(Array("Trailer: x\r\n".utf8)) == .more)
        #expect(reader.head.status == 204)
        #expect(reader.head.headers.map(\.name) == ["A", "Empty", "a"])
        #expect(reader.head.headers["a"] == "b c folded")
        #expect(reader.head.headers["EMPTY"] == "")
        #expect(reader.head.headers["trailer"] == nil)
    }

    @Test func aHeadTooLarge() {
        var reader = HeadReader()
        let line = Array("A: \(String(repeating: "x", count: HeadReader.limit))\r\n".utf8)
        #expect(reader.read(line) == .tooLarge(limit: HeadReader.limit))
    }

    private func put(_ inbox: inout Inbox, _ count: Int) -> Bool {
        [UInt8](repeating: 1, count: count).withUnsafeBytes { inbox.put($0) }
    }

    @Test func aFullInboxHoldsThePeerUntilItIsTaken() throws {
        var inbox = Inbox(window: 10)
        #expect(put(&inbox, 9) && put(&inbox, 5))
        #expect(!inbox.isHolding)
        #expect(!put(&inbox, 1))
        #expect(inbox.isHolding)
        guard case .value(let chunk) = inbox.takeChunk() else { return #expect(Bool(false)) }
        #expect(chunk.bytes?.count == 14 && chunk.releasesPeer)
        inbox.release()
        #expect(put(&inbox, 1))
        guard case .value(let next) = inbox.takeChunk() else { return #expect(Bool(false)) }
        #expect(next.bytes?.count == 1 && !next.releasesPeer)
        guard case .nothingYet = inbox.takeChunk() else { return #expect(Bool(false)) }
    }

    @Test(arguments: [(CurlError.Code.interrupted, 3), (.cancelled, 0)])
    func whatCameBeforeAFailureIsGivenOutUnlessCancelled(code: CurlError.Code, count: Int) {
        var inbox = Inbox(window: 10)
        _ = put(&inbox, 3)
        inbox.end(.failure(CurlError(code, "")))
        inbox.end(.success(()))
        var received = 0
        while case .value(let chunk) = inbox.takeChunk() { received += chunk.bytes?.count ?? 0 }
        #expect(received == count)
        guard case .failed(let error) = inbox.takeChunk() else { return #expect(Bool(false)) }
        #expect(error.code == code)
    }

    private func fill(_ outbox: inout Outbox, _ room: Int = 4) -> Outbox.Filled {
        withUnsafeTemporaryAllocation(byteCount: room, alignment: 1) { outbox.fill($0) }
    }

    @Test func anOutboxStarvesUntilSomethingComes() {
        var outbox = Outbox(length: nil)
        #expect(fill(&outbox) == .starved && outbox.isStarved)
        let hasStarved = outbox.put([1, 2, 3, 4, 5])
        #expect(hasStarved)
        #expect(!outbox.hasRoom && outbox.isStarved)
        outbox.feed()
        #expect(fill(&outbox) == .bytes(4) && fill(&outbox) == .bytes(1))
        #expect(outbox.hasRoom)
        let hasStarvedAgain = outbox.end()
        #expect(!hasStarvedAgain)
        #expect(fill(&outbox) == .end)
        let isBack = outbox.rewind()
        #expect(!isBack)
    }

    @Test func anOutboxKeepsToTheAnnouncedLength() {
        var short = Outbox(length: 3)
        _ = short.put([1, 2])
        _ = short.end()
        #expect(fill(&short) == .failed)
        var long = Outbox(length: 3)
        _ = long.put([1, 2, 3, 4])
        #expect(fill(&long) == .failed)
        var exact = Outbox(length: 3)
        _ = exact.put([1, 2, 3])
        _ = exact.end()
        #expect(fill(&exact) == .bytes(3) && fill(&exact) == .end)
    }

    @Test func aStoppedOutboxEnds() {
        var outbox = Outbox(length: 10)
        #expect(fill(&outbox) == .starved)
        let isStarved = outbox.stop()
        #expect(isStarved)
        _ = outbox.put([1])
        _ = outbox.fail()
        #expect(fill(&outbox) == .end)
    }

    @Test func aWholeBodyRewinds() {
        var outbox = Outbox(bytes: [1, 2, 3])
        #expect(fill(&outbox) == .bytes(3) && fill(&outbox) == .end)
        let isBack = outbox.rewind()
        #expect(isBack)
        #expect(fill(&outbox) == .bytes(3) && fill(&outbox) == .end)
    }
}
