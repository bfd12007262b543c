import Drivers
import Model

/// Looks at a cluster; everything at the same time.
struct Survey: Sendable {
    let cluster: Cluster
    let host: HostID

    /// What there is to look at.
    private enum Sight: Sendable {
        case namespaces, statefulSets, pods, services, jobs
        case vault(in: String)
        case configMaps(in: String)
    }

    private enum Part: Sendable {
        case namespaces([NamespaceObject])
        case statefulSets([StatefulSetObject])
        case pods([PodObject])
        case services([ServiceObject])
        case jobs([JobObject])
        case vault(SecretObject?)
        case configMaps(Set<String>)
    }

    private static let usual: [Sight] = [.namespaces, .statefulSets, .pods, .services, .jobs]

    /// Everything of ours.
    func all() async throws(WorkError) -> Found {
        try await found(Self.usual, Scope(cluster.installation))
    }

    /// Everything of one chain.
    func chain(_ work: ChainWork) async throws(WorkError) -> Found {
        let namespace = ObjectNames(work).namespace
        let gives = work.plan.tasks.contains { !$0.gives.isEmpty }
        let sights = Self.usual + [.vault(in: namespace)] + (gives ? [.configMaps(in: namespace)] : [])
        var found = try await found(sights, Scope(cluster.installation, chain: work.id))
        // Nothing is made without a vault: if it was not there yet when it was looked at, it is now.
        if found.vault == nil, !found.statefulSets.isEmpty || !found.jobs.isEmpty {
            found.vault = try await cluster.get(SecretObject.self, ObjectNames.vault, in: namespace)
        }
        return found
    }

    /// The nodes of one chain, of any incarnation.
    func nodes(of chain: ChainID) async throws(WorkError) -> Found {
        try await found([.statefulSets, .pods], Scope(cluster.installation, chain: chain))
    }

    private func found(_ sights: [Sight], _ scope: Scope) async throws(WorkError) -> Found {
        let parts = try await inParallel(sights) { (sight) throws(WorkError) in try await look(at: sight, scope) }
        var found = Found()
        for part in parts {
            switch part {
            case .namespaces(let all): found.namespaces = all
            case .statefulSets(let all): found.statefulSets = all
            case .pods(let all): found.pods = all
            case .services(let all): found.services = all
            case .jobs(let all): found.jobs = all
            case .vault(let secret): found.vault = secret
            case .configMaps(let names): found.configMaps = names
            }
        }
        return found.made(for: host)
    }

    private func look(at sight: Sight, _ scope: Scope) async throws(WorkError) -> Part {
        switch sight {
        case .namespaces: return .namespaces(try await cluster.list(NamespaceObject.self, scope).items)
        case .statefulSets: return .statefulSets(try await cluster.list(StatefulSetObject.self, scope).items)
        case .pods: return .pods(try await cluster.list(PodObject.self, scope).items)
        case .services: return .services(try await cluster.list(ServiceObject.self, scope).items)
        case .jobs: return .jobs(try await cluster.list(JobObject.self, scope).items)
        case .vault(let namespace):
            return .vault(try await cluster.get(SecretObject.self, ObjectNames.vault, in: namespace))
        case .configMaps(let namespace):
            var inside = scope
            inside.namespace = namespace
            return .configMaps(Set(try await cluster.list(ConfigMapObject.self, inside).items.map(\.metadata.name)))
        }
    }
}
