import Curl
import FoundationEssentials
package import Model

/// How a command inside a container ended.
package struct ExecResult: Sendable {
    package var exitCode: Int
    package var output: String
}

extension Daemon {
    /// Runs a command inside a running container and waits for its end.
    /// - Returns: `nil` when the container did not run (any more), or the command took longer than `seconds`.
    package func run(_ command: [String], in id: String, seconds: Int) async throws(WorkError) -> ExecResult? {
        struct Wanted: Encodable {
            var cmd: [String]
            var attachStdout = true
            var attachStderr = true
        }
        let created = try await call("POST", Request.path("containers", id, "exec"), json: Wanted(cmd: command))
        if [404, 409].contains(created.status) { return nil }
        let exec = try created.decode(Identified.self, "preparing the probe").id
        guard let output = try await output(of: exec, seconds: seconds) else { return nil }
        let result = try await call("GET", Request.path("exec", exec, "json"))
        guard result.status != 404, let code = try result.decode(ExecState.self, "reading the probe").exitCode else { return nil }
        return ExecResult(exitCode: code, output: output)
    }

    /// Not hijacked: without an `Upgrade` header the daemon answers with the output and ends it with the command.
    private func output(of exec: String, seconds: Int) async throws(WorkError) -> String? {
        struct Start: Encodable { var detach = false }
        let timeouts = Timeouts(connect: .seconds(5), total: .seconds(min(seconds, 10)))
        do {
            let answer = try await call(
                "POST", Request.path("exec", exec, "start"), body: .bytes(try DockerJSON.encode(Start())), timeouts: timeouts,
                limit: 256 << 10)
            return answer.succeeded ? String(decoding: LogFrames.payload(of: answer.body), as: UTF8.self) : nil
        } catch {
            guard error.code == .hostSlow else { throw error }
            return nil
        }
    }

    private struct ExecState: Decodable {
        var exitCode: Int?
        enum CodingKeys: String, CodingKey { case exitCode = "ExitCode" }
    }
}

/// The answer to most creations.
package struct Identified: Decodable {
    package var id: String
    enum CodingKeys: String, CodingKey { case id = "Id" }
}
