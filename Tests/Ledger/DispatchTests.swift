import FoundationEssentials
import Ledger
import Model
import Testing

@Suite struct DispatchTests {
    @Test func theWindowHoldsAndTenantsGoFirst() async throws {
        try await World.with { world in
            let host = try await world.activeHost(parallel: 2)
            var operations: [OperationID] = []
            for priority: Priority in [.filling, .filling, .filling, .repair, .tenant] {
                operations.append(try await world.createChain(on: host, priority: priority).1.id)
            }
            let first = try await world.receive()
            #expect(first.map(\.operation.id) == [operations[0], operations[1]])
            #expect(
                try await world.ledger.waitingFor(operations) == [
                    operations[2]: .window, operations[3]: .window, operations[4]: .window,
                ])
            #expect(try await world.ledger.dispatchWaiting(as: world.leader) == 0)
            var order: [OperationID] = []
            for command in first { try await world.finish(command) }
            order = try await world.receive().map(\.operation.id)
            #expect(order == [operations[4], operations[3]])
            #expect(try await world.status(operations[2]) == .queued)
        }
    }

    @Test func aRequestWaitsForTheOneInFlightAndTheNewestSupersedesTheQueued() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let (chain, create) = try await world.createChain()
            let command = try await world.receiveOne()
            try await world.start(command)
            let stop = try await world.ledger.request(.stop, chain: chain.id).operation
            #expect(try await world.ledger.waitingFor([stop.id]) == [stop.id: .operation])
            let restarted = try await world.ledger.request(.start, chain: chain.id)
            let start = restarted.operation
            #expect(restarted.chain.desired.generation == 3)
            #expect(try await world.status(stop.id) == .superseded)
            #expect(try await world.receive().isEmpty)
            try await world.finish(command)
            #expect(try await world.status(create.id) == .succeeded)
            #expect(try await world.status(start.id) == .sent)
            #expect(try await world.receiveOne().work?.desired == restarted.chain.desired)
        }
    }

    @Test func acceptedWorkIsNumberedInOrder() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let (chain, create) = try await world.createChain(on: host)
            let delete = try await world.ledger.request(.delete, chain: chain.id).operation
            #expect(create.sequence > 0 && delete.sequence > create.sequence)
            #expect(await error { try await world.ledger.request(.stop, chain: chain.id) }?.conflictCode == "chain-deleting")
            try await world.serve()
            #expect(await error { try await world.ledger.request(.start, chain: chain.id) }?.conflictCode == "chain-gone")
            let listed = try await world.ledger.operations(OperationFilter(chain: chain.id)).items
            #expect(listed.map(\.id) == [create.id, delete.id])
            #expect(try await world.ledger.newestOperation(of: chain.id)?.id == delete.id)
        }
    }

    @Test func anOperationThatWouldTryAgainYieldsToALaterOne() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let (chain, create) = try await world.createChain()
            let command = try await world.receiveOne()
            try await world.start(command)
            let restart = try await world.ledger.request(.restart, chain: chain.id).operation
            try await world.finish(command, WorkError(.transient, .hostSlow, "slow"))
            #expect(try await world.status(create.id) == .superseded)
            #expect(try await world.status(restart.id) == .sent)
            #expect(try await world.ledger.chain(chain.id).phase == .creating)
            try await world.serve()
            #expect(try await world.ledger.chain(chain.id).phase == .running)
        }
    }

    @Test func aTransientErrorIsTriedAgainWhenItIsDue() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let (_, create) = try await world.createChain()
            let command = try await world.receiveOne()
            try await world.start(command)
            try await world.finish(command, WorkError(.transient, .hostSlow, "slow\u{0}", notBefore: 30))
            let (retrying, attempts) = try await world.ledger.operation(create.id)
            #expect(retrying.status == .retrying && retrying.charged == 1 && retrying.error?.message == "slow")
            #expect(attempts.map(\.result) == [.failed])
            #expect(try await world.ledger.sendDueRetries(as: world.leader) == 0)
            world.time.move(30)
            #expect(try await world.ledger.sendDueRetries(as: world.leader) == 1)
            let second = try await world.receiveOne()
            #expect(second.attempt.number == 2 && second.operation.id == create.id)
            try await world.finish(second)
            #expect(try await world.status(create.id) == .succeeded)
        }
    }

    @Test func aTakenPortIsBlockedAndAnotherIsAssigned() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let (chain, create) = try await world.createChain()
            let taken = chain.ports[0].port
            let command = try await world.receiveOne()
            try await world.start(command)
            try await world.finish(command, WorkError(.transient, .portTaken, "in use", value: String(taken)))
            let again = try await world.receiveOne()
            #expect(again.operation.id == create.id && again.operation.charged == 0)
            #expect(again.work?.ports.map(\.port) == [taken + 1])
            #expect(again.work?.desired.generation == 2)
            try await world.finish(again, WorkError(.transient, .subnetTaken, "in use", value: chain.subnet))
            let third = try await world.receiveOne()
            #expect(third.work?.subnet == "10.201.0.64/26" && third.work?.desired.generation == 3)
            try await world.finish(third)
            #expect(try await world.ledger.chain(chain.id).phase == .running)
            // Nobody else gets what is blocked, until an hour later.
            #expect(try await world.createChain(on: host).0.ports.map(\.port) == [taken + 2])
            world.time.move(3601)
            #expect(try await world.createChain(on: host).0.ports.map(\.port) == [taken])
        }
    }

    @Test func aChainThatDoesNotLiveIsMadeAnew() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let (chain, _) = try await world.createChain()
            let first = try await world.receiveOne()
            try await world.start(first)
            try await world.finish(first, WorkError(.transient, .nodeFailed, "it ended"))
            let second = try await world.nextTry()
            #expect(second.work?.desired.incarnation == 2 && second.work?.desired.generation == 2)
            #expect(second.work?.subnet == chain.subnet)
            try await world.finish(second, WorkError(.transient, .notHealthy, "they don't find each other"))
            let third = try await world.nextTry()
            #expect(third.work?.desired.incarnation == 3 && third.work?.subnet == "10.201.255.192/26")
            try await world.finish(third)
            #expect(try await world.ledger.chain(chain.id).phase == .running)
            // Once it lives, what it holds is its tenant's.
            let restart = try await world.ledger.request(.restart, chain: chain.id).operation
            let command = try await world.receiveOne()
            #expect(command.operation.id == restart.id)
            try await world.finish(command, WorkError(.transient, .nodeFailed, "it ended"))
            #expect(try await world.nextTry().work?.desired.incarnation == 3)
        }
    }

    @Test func aTakenValueWithoutAnotherIsAnErrorLikeOthers() async throws {
        try await World.with { world in
            _ = try await world.activeHost(ports: 20_000...20_000)
            let (_, create) = try await world.createChain()
            let command = try await world.receiveOne()
            try await world.start(command)
            try await world.finish(command, WorkError(.transient, .portTaken, "in use", value: "20000"))
            let (operation, _) = try await world.ledger.operation(create.id)
            #expect(operation.status == .retrying && operation.charged == 1)
        }
    }

    @Test func aHostIsDeletedWhenItIsEmpty() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let chain = try await world.runningChain(on: host)
            if case .notEmpty = await error({ try await world.ledger.deleteHost(host) }) {} else { Issue.record("not refused") }
            _ = try await world.ledger.request(.delete, chain: chain)
            try await world.serve()
            let (deleting, operation) = try await world.ledger.deleteHost(host)
            #expect(deleting.status == .deleting)
            #expect(await error { try await world.ledger.deleteHost(host) }?.conflictCode == "host-deleting")
            #expect(await error { try await world.createChain(on: host) }?.conflictCode == "host-not-active")
            try await world.serve()
            #expect(try await world.status(operation.id) == .succeeded)
            #expect(try await world.ledger.host(host).status == .gone)
            #expect(try await world.ledger.hosts().items.isEmpty)
        }
    }

    @Test func aHostOutOfReachIsUnreachableAndItsDeletionSupersedesTheProbe() async throws {
        try await World.with { world in
            let (host, create) = try await world.ledger.createHost(World.newHost("far"))
            #expect(host.status == .pending)
            let command = try await world.receiveOne()
            #expect(command.work == nil)
            try await world.start(command)
            try await world.finish(command, WorkError(.transient, .hostUnreachable, "no answer"))
            #expect(try await world.status(create.id) == .retrying)
            _ = try await world.ledger.deleteHost(host.id)
            #expect(try await world.status(create.id) == .superseded)
            try await world.serve()
            #expect(try await world.ledger.host(host.id).status == .gone)
        }
    }

    @Test func portsAndSubnetsGiveOutWithAClearAnswer() async throws {
        try await World.with { world in
            let narrow = try await world.activeHost("narrow", ports: 20_000...20_002)
            _ = try await world.createChain(on: narrow, plan: World.plan(ports: 2))
            #expect(
                await error { try await world.createChain(on: narrow, plan: World.plan(ports: 2)) }?.conflictCode == "no-room")
            #expect(try await world.count("chains WHERE host = '\(narrow)'") == 1)
            #expect(try await world.count("ports WHERE host = '\(narrow)'") == 2)
            _ = try await world.createChain(on: narrow)
            let small = try await world.activeHost("small", capacity: 20, network: "10.9.0.0/24")
            let made = try await world.fillUp(small)
            #expect(Set(made.map(\.subnet)).count == 4)
            #expect(await error { try await world.createChain(on: small) }?.conflictCode == "no-room")
        }
    }

    @Test func concurrentCreatesNeverExceedTheCapacity() async throws {
        try await World.with(size: 8) { world in
            let host = try await world.activeHost(capacity: 5)
            let made = try await withThrowingTaskGroup(of: ChainID?.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        do {
                            return try await world.createChain(on: number.isMultiple(of: 2) ? host : nil).0.id
                        } catch LedgerError.conflict("no-room", _) {
                            return nil
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += [$1].compactMap { $0 } }
            }
            #expect(made.count == 5)
            #expect(try await world.ledger.chainCount(of: host) == 5)
            #expect(try await world.count("operations WHERE kind = 'chain.create' AND status = 'sent'") == 4)
        }
    }

    @Test func whatWaitsIsCancelledAtOnceAndWhatWorksIsAsked() async throws {
        try await World.with { world in
            let host = try await world.activeHost(parallel: 1)
            let (_, working) = try await world.createChain(on: host)
            let (waiting, queued) = try await world.createChain(on: host)
            let command = try await world.receiveOne()
            try await world.start(command)
            let cancelled = try await world.ledger.cancel(queued.id)
            #expect(cancelled.0.status == .cancelled && !cancelled.mustBroadcast)
            #expect(try await world.ledger.chain(waiting.id).phase == .failed)
            let asked = try await world.ledger.cancel(working.id)
            #expect(asked.0.status == .working && asked.mustBroadcast)
            #expect(try await world.ledger.cancel(working.id).mustBroadcast, "nobody may have heard it the first time")
            try await world.finish(command, WorkError(.cancelled, .cancelled, "stopped"))
            #expect(try await world.status(working.id) == .cancelled)
            #expect(await error { try await world.ledger.cancel(working.id) }?.conflictCode == "operation-over")
        }
    }

    @Test func whatHasLostTwoAgentsInARowIsTriedWithoutOthersLikeIt() async throws {
        try await World.with { world in
            _ = try await world.activeHost(capacity: 3)
            for _ in 1...2 { _ = try await world.createChain() }
            for _ in 1..<3 {
                let commands = try await world.receive()
                #expect(commands.count == 2)
                try await world.heartbeat()
                for command in commands { try await world.start(command) }
                world.time.move(41)
                #expect(try await world.ledger.closeLostAttempts(as: world.leader) == 2)
                world.time.move(100)
                _ = try await world.ledger.sendDueRetries(as: world.leader)
            }
            try await world.attend()
            _ = try await world.createChain()
            let commands = try await world.receive()
            let suspects = commands.filter(\.operation.isSuspect)
            #expect(commands.count == 2 && suspects.count == 1, "others go on beside it")
            try await world.start(suspects[0])
            try await world.finish(suspects[0])
            let other = try await world.receiveOne()
            #expect(other.operation.isSuspect && other.operation.id != suspects[0].operation.id)
        }
    }
}

extension DispatchTests {
    /// Agents work on all hosts of their queue.
    @Test func suspectsOfOneQueueAreTriedOneAtATimeWhateverTheirHosts() async throws {
        try await World.with { world in
            let hosts = [try await world.activeHost("one"), try await world.activeHost("two")]
            for host in hosts { _ = try await world.createChain(on: host) }
            for _ in 1..<3 { try await world.loseTheAgentOfAll(2) }
            try await world.attend()
            let first = try await world.receiveOne()
            #expect(first.operation.isSuspect)
            #expect(try await world.ledger.dispatchWaiting(as: world.leader) == 0)
            #expect(try await world.ledger.sendDueRetries(as: world.leader) == 0)
            try await world.start(first)
            try await world.finish(first)
            #expect(try await world.ledger.sendDueRetries(as: world.leader) == 1)
            let second = try await world.receiveOne()
            #expect(second.operation.isSuspect && second.host.id != first.host.id)
            try await world.start(second)
            try await world.finish(second)
            #expect(try await world.status(second.operation.id) == .succeeded)
        }
    }

    /// Two watchdogs that take reports send one suspect, not two.
    @Test func noTwoTransactionsSendASuspectEach() async throws {
        try await World.with { world in
            let hosts = [try await world.activeHost("one"), try await world.activeHost("two")]
            for host in hosts { _ = try await world.createChain(on: host) }
            for _ in 1..<3 { try await world.loseTheAgentOfAll(2, sendsNext: false) }
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 { group.addTask { _ = try await world.ledger.sendDueRetries(as: world.leader) } }
                try await group.waitForAll()
            }
            #expect(try await world.count("operations WHERE status = 'sent'") == 1)
        }
    }
}

extension World {
    /// Everything in the outbox is taken by one agent, which is lost; what it held is due again.
    fileprivate func loseTheAgentOfAll(_ count: Int, sendsNext: Bool = true) async throws {
        _ = try await ledger.sendDueRetries(as: leader)
        let commands = try await receive()
        #expect(commands.count == count)
        try await heartbeat()
        for command in commands { try await start(command) }
        time.move(41)
        #expect(try await ledger.closeLostAttempts(as: leader) == count)
        time.move(100)
        if sendsNext { _ = try await ledger.sendDueRetries(as: leader) }
    }

    /// The command of a retry, once it is due.
    fileprivate func nextTry() async throws -> OutgoingCommand {
        time.move(61)
        _ = try await ledger.sendDueRetries(as: leader)
        return try await receiveOne()
    }
}
