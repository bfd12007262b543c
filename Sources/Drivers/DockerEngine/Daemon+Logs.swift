import Curl
package import Drivers
package import Model

extension Daemon {
    /// How much of a log is read at a time: more than a piece holds.
    private static let mostOfLog = LogPiece.limit + (64 << 10)

    /// Lines of a container's log, oldest first: the last `tail`, or those from the cursor's time on. Of a swarm's service where
    /// `folder` says so: then lines of several containers may be mixed.
    /// - Throws: `nodeFailed` where the container is gone.
    package func lines(
        of id: String, in folder: String = "containers", from cursor: LogCursor?, tail: Int, node: String
    ) async throws(WorkError) -> [LogPiece.Line] {
        let place = cursor.map { ("since", $0.unixTime) } ?? ("tail", String(tail))
        let path = Request.path(
            folder, id, "logs", query: [("stdout", "1"), ("stderr", "1"), ("timestamps", "1"), place])
        let answer = try await stream(path, timeouts: .call)
        // 501 of a driver that only sends away what it is given.
        guard answer.status != 501 else {
            throw WorkError(
                .terminal, .hostUnsupported, "the host's log driver keeps nothing to read; see the host's settings", node: node)
        }
        guard answer.status == 200 else {
            throw WorkError(
                .transient, .nodeFailed, "the log of \(node) can't be read: the daemon answers with status \(answer.status)",
                node: node)
        }
        var log = LogLines()
        do {
            for try await bytes in answer.body {
                log.take(bytes)
                if log.size >= Self.mostOfLog { break }
            }
        } catch {
            throw WorkError(error, at: endpoint)
        }
        return log.lines
    }

    /// All that a task wrote on its standard output.
    package func output(of id: String, in folder: String = "containers") async throws(WorkError) -> [UInt8] {
        let answer = try await call("GET", Request.path(folder, id, "logs", query: [("stdout", "1")]), limit: 40 << 20)
        try answer.expect("reading a task's output")
        return LogFrames.payload(of: answer.body)
    }
}
