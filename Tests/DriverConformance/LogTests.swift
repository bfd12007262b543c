import DockerSupport
import Drivers
import Model
import Testing

/// A node's log, piece by piece, without the chain's secrets.
@Suite("Every driver: logs", .serialized)
struct LogTests {
    private func read(_ request: LogRequest, _ subject: Subject) async throws(WorkError) -> LogPiece {
        try await subject.driver.logs(request, on: subject.host, subject.context)
    }

    /// What a node says reaches its log a moment later.
    private func text(_ request: LogRequest, _ subject: Subject) async throws -> (lines: [String], cursor: String) {
        var request = request
        request.wait = 10
        let piece = try await read(request, subject)
        return (piece.lines.map(\.text), piece.cursor)
    }

    @Test(arguments: Kind.allCases)
    func aLogIsReadPieceByPieceAndFollowed(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work(SampleChain.plan(nodes: 1, script: "echo hello; \(SampleChain.script)"))
            let node = try await subject.converge(work).nodes[0]
            func say(_ line: String) async throws { try await subject.insight.say(line, in: node, of: work) }
            var request = LogRequest(chain: work.id, node: "node1", tail: 0)
            request.cursor = try await read(request, subject).cursor
            try await say("one")
            let first = try await text(request, subject)
            #expect(first.lines == ["one"])
            request.cursor = first.cursor
            #expect(try await read(request, subject).lines.isEmpty)
            // A reader who waits is answered when something comes.
            let waiting = request
            async let next = text(waiting, subject)
            try await say("two")
            let second = try await next
            #expect(second.lines == ["two"])
            try await say("three")
            request.cursor = second.cursor
            #expect(try await text(request, subject).lines == ["three"])
            #expect(try await text(LogRequest(chain: work.id, node: "node1", tail: 2), subject).lines == ["two", "three"])
            try await subject.converge(work.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func secretsAreBlottedOut(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work(SampleChain.rich(nodes: 1))
            let node = try await subject.converge(work).nodes[0]
            let vault = try #require(try await subject.vault(of: work))
            let token = try #require(vault.secrets["token"])
            let key = try #require(vault.certificates["node1"]?.key.split(separator: "\n").dropFirst().first)
            try await subject.insight.say("token \(token) and key \(key)!", in: node, of: work)
            let lines = try await text(LogRequest(chain: work.id, node: "node1", tail: 1), subject).lines
            #expect(lines == ["token … and key …!"])
            try await subject.converge(work.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func whoWaitsForALogIsCancelledAtOnce(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work(SampleChain.plan(nodes: 1))
            try await subject.converge(work)
            let (starts, started) = AsyncStream.makeStream(of: Void.self)
            let reading = Task {
                try await subject.driver.logs(
                    LogRequest(chain: work.id, node: "node1", tail: 0, wait: 10), on: subject.host,
                    subject.context(mayAct: { started.yield() }))
            }
            for await _ in starts { break }
            reading.cancel()
            let error = await #expect(throws: WorkError.self) { try await reading.value }
            #expect(error?.disposition == .cancelled)
            try await subject.converge(work.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func aNodeThatIsNotThereHasNoLog(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let error = await #expect(throws: WorkError.self) {
                try await read(LogRequest(chain: .fresh(), node: "node1"), subject)
            }
            #expect(error?.code == .nodeFailed && error?.disposition == .transient)
        }
    }
}
