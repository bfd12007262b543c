import Foundation
import Model
import Testing

@Suite struct PlacementTests {
    private func pool(_ warm: Warm) -> Pool {
        let plan = Plan(blueprint: BlueprintReference(name: "test", version: 1), secrets: [], nodes: [], connection: [])
        return Pool(id: .fresh(), name: "p", plan: plan, parameters: .object([:]), warm: warm, createdAt: Date())
    }

    @Test func theHostWithTheMostRoomIsTaken() {
        let rooms = [HostRoom(host: .fresh(), free: 1), HostRoom(host: .fresh(), free: 3), HostRoom(host: .fresh(), free: 2)]
        #expect(placement(among: rooms) == rooms[1].host)
    }

    @Test func noRoomIsNoPlace() {
        #expect(placement(among: []) == nil)
        #expect(placement(among: [HostRoom(host: .fresh(), free: 0)]) == nil)
    }

    @Test func aFullPoolTakesAllRoom() {
        let rooms = [HostRoom(host: .fresh(), free: 2), HostRoom(host: .fresh(), free: 3)]
        let made = pool(.full).missing(unleased: 10, rooms: rooms, most: 100)
        #expect(made.count == 5)
        for room in rooms { #expect(made.filter { $0 == room.host }.count == room.free) }
    }

    @Test(arguments: [(3, 1, 2), (3, 3, 0), (3, 5, 0), (9, 0, 4)])
    func aWarmPoolMakesWhatIsMissing(wanted: Int, unleased: Int, made: Int) {
        let rooms = [HostRoom(host: .fresh(), free: 4)]
        #expect(pool(.chains(wanted)).missing(unleased: unleased, rooms: rooms, most: 100).count == made)
    }

    @Test func oneGoIsBounded() {
        #expect(pool(.full).missing(unleased: 0, rooms: [HostRoom(host: .fresh(), free: 50)], most: 7).count == 7)
    }
}

@Suite struct PairTests {
    @Test(arguments: OperationKind.allCases.filter { !$0.concernsHost })
    func nothingFollowsADelete(kind: OperationKind) {
        #expect(kind.decision(inFlight: .delete, queued: nil) == .refused(.chainDeleting))
        #expect(kind.decision(inFlight: .stop, queued: .delete) == .refused(.chainDeleting))
    }

    @Test(arguments: [OperationKind.start, .stop, .restart, .reset, .delete])
    func requestsWaitForWhatIsInFlightAndSupersedeWhatIsQueued(kind: OperationKind) {
        #expect(kind.decision(inFlight: nil, queued: nil) == .free)
        #expect(kind.decision(inFlight: .create, queued: nil) == .waits)
        #expect(kind.decision(inFlight: nil, queued: .start) == .supersedes)
        #expect(kind.decision(inFlight: .create, queued: .start) == .supersedes)
    }

    @Test func aRepairNeverPushesIn() {
        #expect(OperationKind.repair.decision(inFlight: .restart, queued: nil) == .refused(.chainBusy))
        #expect(OperationKind.repair.decision(inFlight: nil, queued: .restart) == .refused(.chainBusy))
        #expect(OperationKind.repair.decision(inFlight: nil, queued: nil) == .free)
    }
}

@Suite struct DispatchTests {
    private let free = DispatchSituation(
        hostStatus: .active, inFlightOnHost: 0, parallel: 4, chainInFlight: false, unquietAttempts: false)

    @Test func whatHoldsAnOperationBack() {
        #expect(free.obstacle(for: .create) == nil)
        var one = free
        one.inFlightOnHost = 4
        #expect(one.obstacle(for: .create) == .window)
        one.unquietAttempts = true
        #expect(one.obstacle(for: .create) == .term)
        one.chainInFlight = true
        #expect(one.obstacle(for: .create) == .operation)
        one.hostStatus = .pending
        #expect(one.obstacle(for: .create) == .host)
    }

    @Test func aPendingHostIsProbedAndADeletingOneCleansed() {
        var one = free
        one.hostStatus = .pending
        #expect(one.obstacle(for: .hostCreate) == nil)
        one.hostStatus = .deleting
        #expect(one.obstacle(for: .hostDelete) == nil)
        #expect(one.obstacle(for: .start) == .host)
    }
}

@Suite struct IdentifierTests {
    @Test func freshIdentitiesAreVersion7AndOrderedByTime() {
        var random = SplitMix(7)
        let early = ChainID.fresh(at: Date(timeIntervalSince1970: 1_700_000_000), using: &random)
        let late = ChainID.fresh(at: Date(timeIntervalSince1970: 1_700_000_001), using: &random)
        #expect(early.description < late.description)
        let characters = Array(early.description)
        #expect(characters[14] == "7")
        #expect("89ab".contains(characters[19]))
        #expect(ChainID(early.description) == early)
        #expect(ChainID("no uuid") == nil)
    }
}

@Suite struct HostTests {
    private func host() -> Model.Host {
        Host(
            target: HostTarget(id: .fresh(), driver: .docker, endpoint: "unix:///x", address: "127.0.0.1"), name: "h",
            site: "default", capacity: 1, createdAt: Date())
    }
    private let facts = HostFacts(version: "1", apiVersion: "1", operatingSystem: "o", architecture: "a", cpus: 1, memoryBytes: 1)

    @Test func aProbeMakesItActive() {
        var one = host()
        one.operationEnded(.hostCreate, .succeeded, facts: facts)
        #expect(one.status == .active && one.facts == facts)
    }

    @Test func threeFailedLooksMakeItUnreachableAndOneGoodLookActive() {
        var one = host()
        one.operationEnded(.hostCreate, .succeeded, facts: facts)
        let error = WorkError(.transient, .hostUnreachable, "refused")
        one.looked(failures: 2, error: error)
        #expect(one.status == .active)
        one.looked(failures: 3, error: error)
        #expect(one.status == .unreachable)
        #expect(one.reason == "host-unreachable: refused")
        one.looked(failures: 0, error: nil)
        #expect(one.status == .active && one.reason == nil)
    }
}
