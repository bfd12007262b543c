import Drivers
import Model
import Synchronization
import Testing

@Suite("Pieces of logs")
struct LogTests {
    let blotter = Blotter(hiding: Vault(secrets: ["token": "0123456789abcdef"]))

    func line(_ time: Int, _ text: String = "x") -> LogPiece.Line {
        LogPiece.Line(time: "2026-11-25T22:30:00.\(String(1_000_000_000 + time).dropFirst())Z", text: text)
    }

    @Test("reading piece by piece tells every line once, also those of the same time")
    func everyLineOnce() {
        var log: [LogPiece.Line] = []
        var told: [LogPiece.Line] = []
        var cursor: LogCursor?
        for (number, time) in [1, 1, 2, 2, 2, 3, 3].enumerated() {
            log.append(line(time, "\(number)"))
            let from = log.filter { $0.time >= cursor?.time ?? "" }
            let piece = LogPiece(from, after: cursor, blotter)
            told += piece.lines
            cursor = LogCursor(piece.cursor)
        }
        #expect(told == log)
        #expect(LogPiece(log, after: cursor, blotter).lines.isEmpty)
    }

    @Test("a piece ends before it is too large, and the next goes on there")
    func large() throws {
        let log = (1...400).map { line($0, String(repeating: "y", count: 1000)) }
        let first = LogPiece(log, after: nil, blotter)
        #expect(first.lines.count < 400 && first.lines.count > 200)
        let second = LogPiece(log, after: LogCursor(first.cursor), blotter)
        #expect(first.lines + second.lines == log)
    }

    @Test("one line that is larger than a piece is cut, and passed")
    func giant() {
        let piece = LogPiece([line(1, String(repeating: "z", count: 400 << 10)), line(2)], after: nil, blotter)
        #expect(piece.lines.count == 1 && piece.lines[0].text.utf8.count <= LogPiece.limit && piece.lines[0].text.hasSuffix("…"))
        #expect(LogCursor(piece.cursor)?.time == line(1).time)
    }

    @Test("only what is still to come: the log's end is the place")
    func end() {
        let piece = LogPiece(endingWith: [line(5)])
        #expect(piece.lines.isEmpty)
        #expect(LogPiece([line(5), line(6)], after: LogCursor(piece.cursor), blotter).lines == [line(6)])
        #expect(LogPiece(endingWith: []).cursor == LogCursor.start.description)
    }

    @Test(arguments: ["", "x", "2026-11-25T22:30:00Z", "2026-11-25T22:30:00Z/-1", "2026-13-25T22:30:00Z/1", "2026/1"])
    func noCursor(_ text: String) {
        #expect(LogCursor(text) == nil)
    }

    @Test("times are read as hosts write them")
    func times() {
        #expect(LogCursor.time("2026-11-25T22:30:00Z") == "2026-11-25T22:30:00.000000000Z")
        #expect(LogCursor.time("2026-11-25T22:30:00.5Z") == "2026-11-25T22:30:00.500000000Z")
        #expect(LogCursor.time("2026-11-25T22:30:00.123456789Z") == "2026-11-25T22:30:00.123456789Z")
        for bad in ["2026-11-25T22:30:00+01:00", "now", "2026-11-25T22:30:00.1234567890Z", "2026-11-25T22:30:00.x1Z"] {
            #expect(LogCursor.time(bad[...]) == nil)
        }
        #expect(LogCursor("1970-01-01T00:01:00.25Z/1")?.unixTime == "60.250000000")
        #expect(LogPiece.Line(stamped: "2026-11-25T22:30:00.5Z a b") == line(500_000_000, "a b"))
        #expect(LogPiece.Line(stamped: "no time") == nil)
    }

    @Test("a request waits for something new, and no longer than it says")
    func waiting() async throws {
        let looks = Mutex(0)
        let request = LogRequest(chain: .fresh(), node: "one", cursor: LogCursor.start.description, wait: 10)
        let piece = try await request.answer(
            { (_, _) throws(WorkError) in
                looks.withLock {
                    $0 += 1
                    return $0 < 3 ? [] : [line(1)]
                }
            }, blotter)
        #expect(piece.lines == [line(1)] && looks.withLock { $0 } == 3)
        let impatient = LogRequest(chain: .fresh(), node: "one")
        #expect(try await impatient.answer({ (_, _) throws(WorkError) in [] }, blotter).lines.isEmpty)
        let bad = LogRequest(chain: .fresh(), node: "one", cursor: "elsewhere")
        let error = await #expect(throws: WorkError.self) {
            try await bad.answer({ (_, _) throws(WorkError) in [] }, blotter)
        }
        #expect(error?.code == .badPlan)
    }

    @Test("lines of one time are told once, also where the first piece left some out", arguments: [0, 1, 2, 5, 9])
    func tails(_ tail: Int) async throws {
        let log = (1...5).map { line(1, "\($0)") }
        func read(_ request: LogRequest, _ log: [LogPiece.Line]) async throws -> LogPiece {
            try await request.answer(
                { (cursor, tail) throws(WorkError) in cursor == nil ? log.suffix(tail) : log }, blotter)
        }
        let chain = ChainID.fresh()
        let first = try await read(LogRequest(chain: chain, node: "one", tail: tail), log)
        #expect(first.lines == log.suffix(tail))
        let next = LogRequest(chain: chain, node: "one", cursor: first.cursor)
        #expect(try await read(next, log + [line(1, "6"), line(2, "7")]).lines.map(\.text) == ["6", "7"])
    }

    @Test("secrets are blotted out, a key line by line")
    func secrets() {
        let key = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49\nAwEHBG0wawIBAQQg\n-----END PRIVATE KEY-----\n"
        let credential = Vault.Credential(certificate: "public", key: key, expiresAt: 0)
        let blotter = Blotter(
            hiding: Vault(secrets: ["a": "0123456789abcdef", "b": "0123456789abcdefgh"], certificates: ["c": credential]))
        #expect(blotter.blot("<0123456789abcdef>") == "<…>")
        #expect(blotter.blot("0123456789abcdefgh!") == "…!")
        #expect(blotter.blot("-----BEGIN PRIVATE KEY-----") == "-----BEGIN PRIVATE KEY-----")
        #expect(blotter.blot(#""MIGHAgEAMBMGByqGSM49AgEGCCqGSM49\nAwEHBG0wawIBAQQg""#) == #""…\n…""#)
        #expect(blotter.blot("grüße 01234567") == "grüße 01234567")
    }
}
