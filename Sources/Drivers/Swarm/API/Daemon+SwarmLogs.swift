import Curl
import DockerEngine
import Drivers
import Model

extension Daemon {
    /// The last lines that a service's containers wrote; empty where they can't be had.
    func lastLines(ofService id: String, count: Int = 30) async -> String {
        let path = Request.path("services", id, "logs", query: [("stdout", "1"), ("stderr", "1"), ("tail", String(count))])
        guard let answer = try? await call("GET", path, limit: 1 << 20), answer.succeeded else { return "" }
        return String(decoding: LogFrames.payload(of: answer.body), as: UTF8.self)
    }
}
