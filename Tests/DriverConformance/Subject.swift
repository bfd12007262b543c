import DockerDriver
import DockerSupport
import Drivers
import KubernetesSupport
import MemoryDriver
import Model
import SwarmDriver
import Testing

/// A driver, a host, and what others can do and see on that host. A new driver joins the suite with a `Kind`, a case here, a
/// `Stranger`, an `Insight` and its `Troubles`; the handbook says more (`ops/handbook/drivers.md`).
struct Subject: Sendable {
    let driver: any Driver
    /// One that waits only a moment for nodes to be healthy.
    let hastyDriver: any Driver
    let host: HostTarget
    let context: WorkContext
    let stranger: any Stranger
    let insight: any Insight
    let troubles: any Troubles
    /// An image that the host does not have and can't get.
    let unknownImage: String
    /// Where nobody answers.
    var deadEndpoint = "unix:///run/continuo-test-nobody.sock"
    /// What a node is on this kind of host.
    var nodeKind = ObjectReference.Kind.container
    /// Whether a node that is restarted is another object afterwards.
    var restartsAnew = true
    /// Whether files have the owner and group that the plan says.
    var ownsFiles = true

    /// Gives `body` a subject of its own; whatever it leaves on the host fails the test.
    static func of(_ kind: Kind, _ body: (Subject) async throws -> Void) async throws {
        switch kind {
        case .docker: try await DockerField.using { field in try await body(.docker(field)) }
        case .kubernetes: try await KubernetesField.using { field in try await body(.kubernetes(field)) }
        case .swarm: try await SwarmField.using { field in try await body(.swarm(field)) }
        case .memory: try await MemoryHostProcess.using { process in try await body(.memory(process)) }
        }
    }

    private static func docker(_ field: DockerField) -> Subject {
        func driver(_ health: Duration) -> DockerDriver {
            DockerDriver(
                client: field.docker.client, patience: .init(health: health, settling: .seconds(4), stopping: .seconds(4)))
        }
        return Subject(
            driver: driver(.seconds(30)), hastyDriver: driver(.seconds(1)), host: field.host, context: field.context,
            stranger: DockerStranger(docker: field.docker), insight: DockerInsight(docker: field.docker),
            troubles: DockerTroubles(), unknownImage: "continuo-test/nowhere:1")
    }

    private static func swarm(_ field: SwarmField) -> Subject {
        func driver(_ health: Duration) -> SwarmDriver {
            SwarmDriver(
                client: field.manager.client, patience: .init(health: health, settling: .seconds(4), stopping: .seconds(60)))
        }
        return Subject(
            // A swarm takes a second or two for what a daemon does at once.
            driver: driver(.seconds(60)), hastyDriver: driver(.seconds(15)), host: field.host, context: field.context,
            stranger: SwarmStranger(manager: field.manager), insight: SwarmInsight(field: field), troubles: SwarmTroubles(),
            unknownImage: "continuo-test/nowhere:1", nodeKind: .service, restartsAnew: false)
    }

    private static func memory(_ process: MemoryHostProcess) -> Subject {
        let driver = MemoryDriver(client: process.client)
        return Subject(
            driver: driver, hastyDriver: driver,
            host: HostTarget(id: .fresh(), driver: .memory, endpoint: process.endpoint, address: "127.0.0.1"),
            context: WorkContext(installation: .fresh(), vaults: PlainSmith(), mayAct: {}), stranger: process, insight: process,
            troubles: process, unknownImage: "missing/image:1")
    }

    /// The subject's context with other watchers.
    func context(
        mayAct: @escaping @Sendable () throws(WorkError) -> Void = {},
        progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) -> WorkContext {
        WorkContext(
            installation: context.installation, vaults: context.vaults, credentials: context.credentials, mayAct: mayAct,
            progress: progress)
    }

    /// Another installation that has the same host.
    var foreignContext: WorkContext {
        WorkContext(installation: .fresh(), vaults: context.vaults, credentials: context.credentials, mayAct: {})
    }

    @discardableResult
    func converge(_ work: ChainWork) async throws(WorkError) -> ObservedChain {
        try await driver.converge(work, on: host, context)
    }

    func observed(_ id: ChainID) async throws -> ObservedChain? {
        try await driver.observe(host, context).chains.first { $0.id == id }
    }

    func vault(of work: ChainWork) async throws -> Vault? {
        let incarnation = work.desired.incarnation
        guard let vault = try await driver.vault(of: work.id, incarnation: incarnation, on: host, context) else { return nil }
        return try context.vaults.open(vault, chain: work.id, incarnation: incarnation)
    }

    func secret(of work: ChainWork) async throws -> String? {
        try await vault(of: work)?.secrets["token"]
    }
}
