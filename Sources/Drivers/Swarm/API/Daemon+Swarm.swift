import Curl
import DockerEngine
import Drivers
import Model

extension Daemon {
    /// - Throws: `hostUnsupported` when the daemon is no manager of a swarm.
    func manager() async throws(WorkError) -> ManagerInfo {
        let info = try await call("GET", "/info").read(ManagerInfo.self, "asking for its swarm")
        guard !info.swarm.controlAvailable else { return info }
        switch info.swarm.localNodeState {
        case "locked": throw WorkError(.transient, .hostRefused, "the swarm is locked; unlock it: docker swarm unlock")
        case "active":
            throw WorkError(.terminal, .hostUnsupported, "the daemon is a worker of a swarm; register one of its managers")
        default:
            throw WorkError(
                .terminal, .hostUnsupported,
                "the daemon is in no swarm (\(info.swarm.localNodeState)); docker swarm init makes one")
        }
    }

    func machines() async throws(WorkError) -> [Machine] {
        try await call("GET", "/nodes").read([Machine].self, "listing the swarm's machines")
    }

    /// Ours; of one chain if it is given.
    func services(of chain: ChainID? = nil) async throws(WorkError) -> [Service] {
        let path = Request.path("services", query: [("filters", try ourFilter(chain))])
        return try await call("GET", path).read([Service].self, "listing services")
    }

    /// By id or name; `nil` when it is not there.
    func service(_ id: String) async throws(WorkError) -> Service? {
        let answer = try await call("GET", Request.path("services", id))
        return answer.status == 404 ? nil : try answer.read(Service.self, "reading a service")
    }

    /// The tasks of our services, past ones too as long as the swarm remembers them.
    func tasks(of chain: ChainID? = nil) async throws(WorkError) -> [SwarmTask] {
        try await tasks(filters: try ourFilter(chain))
    }

    func tasks(ofService id: String) async throws(WorkError) -> [SwarmTask] {
        try await tasks(filters: Filters(["service": [id]]).text)
    }

    func tasks(withIDs ids: [String]) async throws(WorkError) -> [SwarmTask] {
        ids.isEmpty ? [] : try await tasks(filters: Filters(["id": ids]).text)
    }

    private func tasks(filters: String) async throws(WorkError) -> [SwarmTask] {
        let path = Request.path("tasks", query: [("filters", filters)])
        return try await call("GET", path, limit: 64 << 20).read([SwarmTask].self, "listing tasks")
    }

    /// Configs come with their data: the vaults, and files that hold no secret.
    func configs(of chain: ChainID? = nil) async throws(WorkError) -> [StoredFile] {
        let path = Request.path("configs", query: [("filters", try ourFilter(chain))])
        return try await call("GET", path, limit: 256 << 20).read([StoredFile].self, "listing configs")
    }

    func config(_ name: String) async throws(WorkError) -> StoredFile? {
        let answer = try await call("GET", Request.path("configs", name))
        return answer.status == 404 ? nil : try answer.read(StoredFile.self, "reading a config")
    }

    func secrets(of chain: ChainID? = nil) async throws(WorkError) -> [StoredFile] {
        let path = Request.path("secrets", query: [("filters", try ourFilter(chain))])
        return try await call("GET", path).read([StoredFile].self, "listing secrets")
    }

    func secret(_ name: String) async throws(WorkError) -> StoredFile? {
        let answer = try await call("GET", Request.path("secrets", name))
        return answer.status == 404 ? nil : try answer.read(StoredFile.self, "reading a secret")
    }
}
