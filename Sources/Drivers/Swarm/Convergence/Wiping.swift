import Curl
import DockerEngine
import Drivers
import FoundationEssentials
import Model

/// Empties the volumes of a service that is about to go, where they lie on a machine that the manager can't reach into.
///
/// A swarm has no call that removes a volume on another machine. So the service's last container is one that empties them; what is
/// left there are names, until an operator prunes them. Where the image has no shell the data stays, too.
struct Wiping: Sendable {
    let daemon: Daemon
    let patience: Duration

    private static let script = """
        rm=rm
        command -v rm > /dev/null || rm='busybox rm'
        for volume in "$@"; do $rm -rf "$volume"/* "$volume"/.[!.]* "$volume"/..?*; done
        """

    func empty(_ id: String) async throws(WorkError) {
        guard try await begin(id) else { return }
        try await settle(within: patience) { (_) throws(WorkError) in
            guard let service = try await daemon.service(id) else { return true }
            let lives = try await daemon.tasks(ofService: id)
            return lives.allSatisfy(\.isOver) && lives.contains { $0.isMade(from: service) }
        }
    }

    /// - Returns: whether there is something to wait for. Another agent may have begun at the same time: then it is his.
    private func begin(_ id: String) async throws(WorkError) -> Bool {
        for _ in 0..<10 {
            let seen = try await daemon.call("GET", Request.path("services", id))
            guard seen.succeeded, let (version, spec) = seen.wipingSpecification(Self.script) else { return false }
            let path = Request.path("services", id, "update", query: [("version", String(version))])
            let answer = try await daemon.call("POST", path, json: spec)
            guard answer.isOutOfSequence else { return answer.succeeded }
        }
        return false
    }
}

extension Answer {
    /// A service's version and specification, with a container that empties its volumes and ends; `nil` where it has none.
    fileprivate func wipingSpecification(_ script: String) -> (Int, JSONValue)? {
        guard case .object(let service) = try? JSONDecoder().decode(JSONValue.self, from: Data(body)),
            case .object(let version) = service["Version"], case .integer(let index) = version["Index"],
            case .object(var spec) = service["Spec"], case .object(var template) = spec["TaskTemplate"],
            case .object(var container) = template["ContainerSpec"], case .array(let mounts) = container["Mounts"],
            case .object(var labels) = container["Labels"]
        else { return nil }
        let paths = mounts.compactMap { mount -> JSONValue? in
            guard case .object(let mount) = mount else { return nil }
            return mount["Target"]
        }
        labels["continuo.wiping"] = .string("yes")
        container["Labels"] = .object(labels)
        container["Command"] = .array(["/bin/sh", "-c", .string(script), "wipe"])
        container["Args"] = .array(paths)
        container["User"] = "0:0"
        container["Healthcheck"] = .object(["Test": .array(["NONE"])])
        for key in ["Configs", "Secrets", "CapabilityDrop"] { container[key] = nil }
        template["ContainerSpec"] = .object(container)
        template["RestartPolicy"] = .object(["Condition": "none"])
        spec["TaskTemplate"] = .object(template)
        spec["Mode"] = .object(["Replicated": .object(["Replicas": .integer(1)])])
        spec["EndpointSpec"] = .object(["Mode": "dnsrr"])
        return (index, .object(spec))
    }
}
