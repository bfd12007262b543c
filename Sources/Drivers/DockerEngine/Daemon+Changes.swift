import Curl
import Drivers
package import Model

extension Daemon {
    /// When there is one of that name, it stays and is answered, with the labels that it has.
    func createVolume(_ name: String, labels: [String: String]) async throws(WorkError) -> VolumeDetails {
        struct Wanted: Encodable {
            var name: String
            var labels: [String: String]
        }
        return try await call("POST", "/volumes/create", json: Wanted(name: name, labels: labels))
            .decode(VolumeDetails.self, "creating a volume")
    }

    /// Asks the container to end, by its own stop signal, and waits; what is not ended by then is killed. The daemon's restart
    /// policy lets a container rest that was told to stop.
    package func stop(_ id: String, node: String, patience: Duration) async throws(WorkError) {
        guard let container = try await container(id) else { return }
        if container.state.status == "running" {
            let signal = container.config.stopSignal ?? "SIGTERM"
            try await call("POST", Request.path("containers", id, "kill", query: [("signal", signal)]))
                .expect("stopping the container", also: 404, 409, node: node)
            try await settle(within: patience) { (_) throws(WorkError) in
                try await self.container(id)?.state.status != "running"
            }
        }
        try await call("POST", Request.path("containers", id, "stop", query: [("t", "1")]))
            .expect("stopping the container", also: 404, node: node)
    }

    /// Waits for the container's end, some seconds at a time; it may run on then.
    package func awaitEnd(of id: String, within end: ContinuousClock.Instant) async throws(WorkError) {
        do {
            let patience = min(max(end - .now, .milliseconds(100)), .seconds(8))
            let timeouts = Timeouts(connect: .seconds(5), total: patience, idle: nil)
            try await call("POST", Request.path("containers", id, "wait"), timeouts: timeouts)
                .expect("waiting for the container", also: 404)
        } catch  where error.code == .hostSlow {
            return
        }
    }

    /// Unpacks a tar archive at the root of the container's file system, whether it runs or not.
    package func unpack(_ archive: [UInt8], into id: String, node: String?) async throws(WorkError) {
        let path = Request.path("containers", id, "archive", query: [("path", "/")])
        try await call("PUT", path, body: .bytes(archive), type: "application/x-tar")
            .expect("putting files into the container", node: node)
    }

    /// The last lines that the container wrote, without the daemon's framing; empty where they can't be had.
    package func lastLines(of id: String, count: Int = 30) async -> String {
        let path = Request.path(
            "containers", id, "logs", query: [("stdout", "1"), ("stderr", "1"), ("tail", String(count))])
        guard let answer = try? await call("GET", path, limit: 1 << 20), answer.succeeded else { return "" }
        return String(decoding: LogFrames.payload(of: answer.body), as: UTF8.self)
    }
}
