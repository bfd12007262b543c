import FoundationEssentials
import Model

@testable import Ledger

/// What truth 9 is about: objects that are nobody's, and a ledger that was restored from a backup.
extension World {
    /// A call that everybody had given up lands after all: something of a chain that is gone is there again.
    func leaveSomething() {
        guard let chain = chance.pick(chains { $0.chain.phase == .gone }), let host = tables.chains[chain]?.chain.host,
            let sequence = tables.work.values.filter({ $0.operation.chain == chain }).map(\.operation.sequence).min()
        else { return }
        let container = Container(isRunning: true, restarts: 0, incarnation: 1, generation: 1, sequence: sequence)
        hosts[host]?.chains[chain, default: HostModel.Objects()].containers["a"] = container
        say("a container of \(name(chain)) is left over")
    }

    /// An operator keeps a copy of the ledger, or goes back to it, as the handbook says: agents are stopped, queues are empty.
    func backUpOrRestore() throws {
        guard let backup else {
            self.backup = (tables, accepted)
            return say("the ledger is copied")
        }
        self.backup = nil
        for index in agents.indices { killAgent(index) }
        for index in watchdogs.indices { watchdogs[index] = SimulatedWatchdog(id: uuid()) }
        relays = [Relay(), Relay()]
        calls = []
        broker = Broker()
        let lost = Set(marks)
        tables = backup.tables
        tables.leader = nil
        accepted = backup.accepted
        protected.formUnion(lost.subtracting(marks))
        // Attempts of the copy may be made once more.
        actors = [:]
        for (host, model) in hosts {
            for (chain, objects) in model.chains {
                hosts[host]?.chains[chain]?.highestGeneration = objects.containers.values.map(\.generation).max() ?? 0
            }
        }
        say("the ledger is restored from its copy")
    }

    func liftHold() throws {
        guard let hold = tables.holds.first(where: { $0.liftedAt == nil }) else { return }
        if case .done = try transact("a hold is lifted", { try $0.lift(hold.id) }) {
            for (chain, objects) in hosts[hold.host]?.chains ?? [:] {
                protected.subtract(objects.containers.values.map { Mark(chain: chain, sequence: $0.sequence) })
            }
        }
    }

    private var marks: [Mark] {
        tables.work.values.map(\.operation).compactMap { operation in
            operation.chain.map { Mark(chain: $0, sequence: operation.sequence) }
        }
    }
}
