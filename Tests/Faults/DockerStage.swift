import Curl
import Model
import Programs

/// A Docker of the test's own.
struct DockerStage: Stage {
    let target: Target
    let nodes = 2
    private let http = HTTPClient()
    private let socket: String

    init(socket: String) {
        self.socket = socket
        target = Target(driver: "docker", endpoint: "unix://\(socket)", network: "10.197.0.0/16", firstPort: 28_500)
    }

    func end() {
        http.shutdown()
    }

    func containers() async throws -> [HostContainer] {
        try await list("/containers/json?all=1").items.map { container in
            let labels = container["Labels"]
            let chain = labels["continuo.chain"].text ?? ""
            return HostContainer(
                chain: chain, node: "\(chain) \(labels["continuo.node"].text ?? "")", isRunning: container["State"] == "running")
        }
    }

    func objects() async throws -> Int {
        try await containers().count + list("/networks?").items.count + list("/volumes?")["Volumes"].items.count
    }

    /// Docker keeps no account of what was there before.
    func doubled() -> [String] { [] }

    private func list(_ path: String) async throws -> JSONValue {
        let filter = Request.percentEncoded(#"{"label":["continuo.installation"]}"#)
        let separator = path.hasSuffix("?") ? "" : "&"
        let response = try await http.send(
            Request("GET", .unix(socket), "/v1.41\(path)\(separator)filters=\(filter)", responseLimit: 16 << 20))
        guard response.status == 200 else { throw Failure("docker GET \(path) answered \(response.status)") }
        return try JSONValue(parsing: response.body)
    }
}
