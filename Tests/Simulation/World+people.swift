import FoundationEssentials
import Model

@testable import Ledger

extension World {
    static let plan = Plan(
        blueprint: BlueprintReference(name: "simulated", version: 1), secrets: [],
        nodes: ["a", "b"].map { name in
            PlannedNode(name: name, image: "image", ports: [PlannedPort(name: "rpc", container: 80, scheme: "http")])
        }, connection: [])

    /// Something that an operator or a tenant asks for.
    func peopleStep() throws {
        let leased = chains { $0.lease != nil }
        let all = chains { $0.chain.phase != .gone }
        switch chance.below(14) {
        case 13: try chance.happens(50) ? backUpOrRestore() : liftHold()
        case 0, 1: try accept("a chain is created") { try $0.createChain(NewChain(plan: Self.plan, parameters: [:])).operation }
        case 2, 3, 4: try apply()
        case 5, 6:
            guard let chain = chance.pick(leased) else { return }
            _ = try transact("\(name(chain)) is released") { try $0.release(chain, tenant: nil) }
        case 7:
            guard let open = chance.pick(openOperations) else { return }
            _ = try transact("#\(tables.work[open]?.operation.sequence ?? 0) is cancelled") { try $0.cancel(open) }
            cancelWork(of: open)
        case 8: try addPool()
        case 9:
            guard let operation = chance.pick(retryableOperations) else { return }
            try accept("#\(operation.sequence) is retried") { book in
                try book.lockHost(of: operation.id)
                return try book.retry(try book.operation(operation.id).operation)
            }
        default:
            let kinds: [OperationKind] = [.start, .stop, .restart, .reset, .delete, .delete]
            guard let chain = chance.pick(all), let kind = chance.pick(kinds) else { return }
            try accept("\(kind.rawValue) of \(name(chain))") {
                try $0.take([ChainRequest(kind: kind, chain: chain, force: true)])[0].get().operation.id
            }
        }
    }

    private var retryableOperations: [Model.Operation] {
        let retryable: Set<OperationStatus> = [.retrying, .failed, .cancelled]
        let operations: [Model.Operation] = tables.work.values.map(\.operation).filter { retryable.contains($0.status) }
        return operations.sorted { $0.sequence < $1.sequence }
    }

    private var openOperations: [OperationID] {
        tables.work.values.map(\.operation)
            .filter { !$0.status.hasEnded && !$0.kind.concernsHost }
            .sorted { $0.sequence < $1.sequence }.map(\.id)
    }

    func chains(_ condition: (ChainEntry.Stored) -> Bool) -> [ChainID] {
        tables.chains.values.filter(condition).map(\.chain.id).sorted { $0.description < $1.description }
    }

    func name(_ chain: ChainID) -> String { "chain \(chain.description.suffix(4))" }

    private func accept(_ what: String, _ body: (Book) throws -> OperationID) throws {
        if case .done(let operation) = try transact(what, body) { accepted.insert(operation) }
    }

    private func apply() throws {
        let application = Application(
            tenant: "acme", holder: chance.happens(50) ? "holder\(chance.below(2))" : nil,
            ttl: chance.happens(50) ? Double(5 + chance.below(60)) : nil,
            making: Application.Making(plan: Self.plan, parameters: [:]))
        let ready = try transact("acme applies") { try $0.applyForReady(application) }
        guard case .done(nil) = ready else { return }
        _ = try transact("acme applies, nothing being ready") { try $0.applyForComing(application) }
    }

    private func addPool() throws {
        guard tables.pools.isEmpty else { return }
        tables.pools.append(
            Pool(id: fresh(), name: "pool", plan: Self.plan, parameters: [:], warm: .chains(2), createdAt: wall))
        say("a pool of 2 is there")
    }

    /// The broadcast, best effort.
    private func cancelWork(of operation: OperationID) {
        for agent in agents.indices {
            for work in agents[agent].works.indices where agents[agent].works[work].copy.command.operation == operation {
                if chance.happens(70) { agents[agent].works[work].isCancelled = true }
            }
        }
    }

    /// Something happens to a host, or to the ledger's clock.
    func natureStep() {
        let host = hosts.keys.sorted { $0.description < $1.description }[chance.below(hosts.count)]
        switch chance.below(8) {
        case 6:
            broker.commands = []
            say("the queue of commands is purged")
        case 7: leaveSomething()
        case 0:
            let seconds = Double(chance.below(240) - 120)
            jump += seconds
            say("the ledger's clock jumps by \(seconds) s")
        case 1:
            hosts[host]?.isReachable.toggle()
            say("a host is \(hosts[host]?.isReachable == true ? "reachable again" : "out of reach")")
        default:
            let chains = (hosts[host]?.chains ?? [:]).keys.sorted { $0.description < $1.description }
            guard let chain = chance.pick(chains), let node = hosts[host]?.chains[chain]?.containers.keys.min() else { return }
            hosts[host]?.chains[chain]?.containers[node] = nil
            say("a container of \(name(chain)) vanishes")
        }
    }
}
