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

    @Test(arguments: OperationKind.allCases)
    func norDoesASweep(other: OperationKind) {
        let refused = PairDecision.refused(other == .delete ? .chainDeleting : .chainBusy)
        #expect(OperationKind.hostSweep.decision(inFlight: other, queued: nil) == refused)
        #expect(OperationKind.hostSweep.decision(inFlight: nil, queued: other) == refused)
        #expect(OperationKind.hostSweep.decision(inFlight: other, queued: other) == refused)
        #expect(OperationKind.hostSweep.decision(inFlight: nil, queued: nil) == .free)
    }

    @Test(arguments: [OperationKind.hostCreate, .hostDelete, .hostCleanse])
    func aSweepRefusesNobody(kind: OperationKind) {
        #expect(kind.decision(inFlight: .hostSweep, queued: nil) == .waits)
        #expect(kind.decision(inFlight: nil, queued: .hostSweep) == .supersedes)
    }
}

@Suite struct DispatchTests {
    private let free = DispatchSituation(
        hostStatus: .active, inFlightOnHost: 0, parallel: 4, chainInFlight: false, unquietAttempts: false)

    @Test func whatHoldsAnOperationBack() {
        #expect(free.obstacle(for: .create) == nil)
        var one = free
        one.isOneSuspectTooMany = true
        #expect(one.obstacle(for: .create) == .window)
        one.isOneSuspectTooMany = false
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

@Suite struct WordTests {
    @Test(arguments: [
        ("unix:///var/run/docker.sock", true), ("unix:///", false), ("unix://relative", false), ("unix:///a b", false),
        ("tcp://10.0.0.1:2376", true), ("tcp://[fd00::1]:2376", true), ("tcp://fd00::1:2376", false), ("tcp://host", false),
        ("tcp://host:0", false), ("tcp://host:65536", false), ("tcp://:1", false), ("tcp://a/b:1", false),
        ("https://cluster.example:6443", true), ("https://cluster.example", true), ("https://cluster.example:1/", true),
        ("https://c/x", false), ("https://c//", false),
        ("https://[fd00::1]", true), ("http://x:1", false), ("", false),
    ])
    func endpoints(_ text: String, _ isOne: Bool) {
        #expect((HostEndpoint(text) != nil) == isOne)
    }

    @Test func endpointsAreTakenApart() throws {
        #expect(HostEndpoint("unix:///x") == .unix(path: "/x"))
        #expect(HostEndpoint("tcp://[fd00::1]:2376") == HostEndpoint.Place("[fd00::1]:2376").map { .tcp($0) })
        let place = try #require(HostEndpoint.Place("[fd00::1]:2376"))
        #expect(place.host == "fd00::1" && place.port == 2376)
        #expect(HostEndpoint("https://c") == HostEndpoint("https://c:443"))
    }

    @Test(arguments: [
        ("a", true), ("a-1", true), ("-a", false), ("a-", false), ("A", false), ("a_b", false), ("", false),
        (String(repeating: "a", count: 63), true), (String(repeating: "a", count: 64), false), ("ä", false),
    ])
    func names(_ text: String, _ isOne: Bool) {
        #expect(isName(text) == isOne)
    }

    @Test func aParentEndsWithItsChildren() {
        var parent = Model.Operation(
            id: .fresh(), kind: .hostClean, host: .fresh(), priority: .filling, status: .working,
            createdAt: Date(timeIntervalSince1970: 0))
        let now = Date(timeIntervalSince1970: 9)
        parent.follow(Children(open: 1, succeeded: 2), left: 3, at: now)
        #expect(parent.status == .working && parent.progress?.done == 2 && parent.progress?.total == 6)
        var done = parent
        done.follow(Children(succeeded: 6), left: 0, at: now)
        #expect(done.status == .succeeded && done.endedAt == now)
        var failed = parent
        failed.follow(Children(succeeded: 5, failed: 1), left: 0, at: now)
        #expect(failed.status == .failed && failed.error?.code == .childrenFailed)
        var stuck = parent
        stuck.follow(Children(succeeded: 6), left: 0, remains: "something", at: now)
        #expect(stuck.status == .failed && stuck.error?.message == "something")
        parent.cancelRequested = true
        parent.follow(Children(open: 1, succeeded: 2), left: 3, at: now)
        #expect(parent.status == .working && parent.progress?.total == 3)
        parent.follow(Children(succeeded: 3), left: 3, at: now)
        #expect(parent.status == .cancelled)
    }
}
