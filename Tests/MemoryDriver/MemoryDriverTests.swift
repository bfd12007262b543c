import Curl
import Drivers
import MemoryDriver
import Model
import Synchronization
import Testing

@Suite("The driver of memory hosts", .timeLimit(.minutes(1)))
struct MemoryDriverTests {
    let client = HTTPClient()
    let installation = InstallationID.fresh()

    var driver: MemoryDriver { MemoryDriver(client: client) }

    func context(_ mayAct: @escaping @Sendable () throws(WorkError) -> Void = {}) -> WorkContext {
        WorkContext(installation: installation, vaults: PlainSmith(), mayAct: mayAct)
    }

    func work(_ images: [String] = ["image", "image"], port: Int = 20_000, subnet: String = "10.201.0.0/28") -> ChainWork {
        let nodes = images.enumerated().map { index, image in
            PlannedNode(
                name: "n\(index)", image: image, ports: [PlannedPort(name: "rpc", container: 80, scheme: "http")],
                volumes: [PlannedVolume(name: "data", path: "/data")])
        }
        return ChainWork(
            id: .fresh(),
            plan: Plan(
                blueprint: BlueprintReference(name: "test", version: 1), secrets: [PlannedSecret(name: "s", length: 16)],
                nodes: nodes, connection: []),
            desired: Desired(), subnet: subnet,
            ports: nodes.enumerated().map { PortAssignment(node: $1.name, name: "rpc", port: port + $0) }, sequence: 1)
    }

    func error(_ body: () async throws -> some Any) async -> WorkError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? WorkError
        }
    }

    @Test("a chain is made, kept, stopped, started, restarted, wiped and removed")
    func life() async throws {
        try await RunningHost.during { host in
            var work = work()
            let made = try await driver.converge(work, on: host.target, context())
            #expect(made.nodes.map(\.state) == [.running, .running] && made.nodes.allSatisfy { $0.health == .healthy })
            #expect(made.nodes[0].ports == [work.ports[0]])
            #expect(made.objects.count == 4)
            #expect(try await driver.converge(work, on: host.target, context()) == made)
            #expect(try await driver.observe(host.target, context()).chains == [made])

            work.desired.power = .stopped
            work.desired.generation += 1
            #expect(try await driver.converge(work, on: host.target, context()).nodes.map(\.state) == [.exited, .exited])
            work.desired.power = .running
            work.desired.generation += 1
            let started = try await driver.converge(work, on: host.target, context())
            #expect(started == made)

            work.desired.nodes["n1"] = DesiredNode(restarts: 1)
            work.desired.generation += 1
            let restarted = try await driver.converge(work, on: host.target, context())
            #expect(restarted.nodes[0].object == made.nodes[0].object && restarted.nodes[1].object != made.nodes[1].object)

            let vault = try await driver.vault(of: work.id, incarnation: 1, on: host.target, context())
            work.desired.incarnation += 1
            work.desired.generation += 1
            let wiped = try await driver.converge(work, on: host.target, context())
            #expect(wiped.nodes.allSatisfy { $0.incarnation == 2 } && wiped.objects.count == 4)
            let fresh = try await driver.vault(of: work.id, incarnation: 2, on: host.target, context())
            #expect(vault != nil && fresh != nil && vault != fresh)
            #expect(try await driver.vault(of: work.id, incarnation: 1, on: host.target, context()) == nil)

            work.desired.power = .absent
            work.desired.generation += 1
            #expect(try await driver.converge(work, on: host.target, context()).nodes.isEmpty)
            #expect(try await driver.observe(host.target, context()).chains.isEmpty)
        }
    }

    @Test("several agents at the same work come to the same end, with one vault")
    func together() async throws {
        try await RunningHost.during { host in
            let work = work()
            let ends = try await withThrowingTaskGroup { group in
                for _ in 1...4 {
                    group.addTask { try await MemoryDriver(client: HTTPClient()).converge(work, on: host.target, context()) }
                }
                return try await group.reduce(into: [ObservedChain]()) { $0.append($1) }
            }
            #expect(Set(ends).count == 1)
            #expect(try await driver.observe(host.target, context()).chains == [ends[0]])
        }
    }

    @Test("a call that is cut off anywhere leaves what the next one completes")
    func cutOff() async throws {
        try await RunningHost.during { host in
            for calls in 1...14 {
                let work = work(port: 21_000 + calls * 10, subnet: "10.201.\(calls).0/28")
                let left = Mutex(calls)
                let dying = context { () throws(WorkError) in
                    let mayAct = left.withLock { left in
                        left -= 1
                        return left >= 0
                    }
                    if !mayAct { throw WorkError(.transient, .termEnded, "over") }
                }
                let failure = await error { try await driver.converge(work, on: host.target, dying) }
                #expect(failure == nil || failure?.code == .termEnded)
                let end = try await driver.converge(work, on: host.target, context())
                #expect(end.nodes.map(\.state) == [.running, .running])
            }
        }
    }

    @Test("faults of the host are transient, also when the call was done; the next attempt completes", arguments: [false, true])
    func faults(afterwards: Bool) async throws {
        try await RunningHost.during { host in
            let work = work()
            for call in ["list", "create", "start"] {
                try await host.inject(MemoryFault(call: call, action: .refuse(.injected), afterwards: afterwards))
                let failure = await error { try await driver.converge(work, on: host.target, context()) }
                #expect(failure?.disposition == .transient && failure?.code == .hostRefused)
            }
            #expect(try await driver.converge(work, on: host.target, context()).nodes.count == 2)
        }
    }

    @Test("what can't be met is told with its reason")
    func refusals() async throws {
        try await RunningHost.during { host in
            func failure(_ work: ChainWork) async -> WorkError? {
                await error { try await driver.converge(work, on: host.target, context()) }
            }
            _ = try await driver.converge(work(), on: host.target, context())
            let port = await failure(work(subnet: "10.201.1.0/28"))
            #expect(port?.code == .portTaken && port?.value == "20000" && port?.node == "n0")
            let subnet = await failure(work(port: 22_000))
            #expect(subnet?.code == .subnetTaken && subnet?.value == "10.201.0.0/28")
            let missing = await failure(work(["missing/image"], port: 22_100, subnet: "10.201.2.0/28"))
            #expect(missing?.code == .imageMissing && missing?.disposition == .terminal)
            #expect(await failure(work(["crashing/image"], port: 22_200, subnet: "10.201.3.0/28"))?.code == .nodeFailed)
            #expect(await failure(work(["sick/image"], port: 22_300, subnet: "10.201.4.0/28"))?.code == .notHealthy)
        }
    }

    @Test("what belongs to another installation or host is neither seen nor removed")
    func foreign() async throws {
        try await RunningHost.during { host in
            let made = try await driver.converge(work(), on: host.target, context())
            let stranger = WorkContext(installation: .fresh(), vaults: PlainSmith(), mayAct: { () throws(WorkError) in })
            var otherHost = host.target
            otherHost.id = .fresh()
            #expect(try await driver.observe(host.target, stranger).chains.isEmpty)
            #expect(try await driver.observe(otherHost, context()).chains.isEmpty)
            let objects = made.objects + [ObjectReference(kind: .container, id: made.nodes[0].object ?? "")]
            try await driver.remove(objects, on: host.target, stranger)
            #expect(try await driver.observe(host.target, context()).chains == [made])
            try await driver.remove(objects, on: host.target, context())
            try await driver.remove(objects, on: host.target, context())
            #expect(try await driver.observe(host.target, context()).chains.first?.nodes.count == 1)
        }
    }

    @Test("the host tells of changes")
    func signals() async throws {
        try await RunningHost.during { host in
            let signals = try await driver.signals(host.target, context())
            _ = try await driver.converge(work(), on: host.target, context())
            var iterator = signals.makeAsyncIterator()
            #expect(try await iterator.next() != nil)
        }
    }

    @Test("a host that is not there is unreachable")
    func unreachable() async throws {
        let target = HostTarget(id: .fresh(), driver: .memory, endpoint: "unix:///nowhere.sock", address: "a")
        #expect(await error { try await driver.probe(target, context()) }?.code == .hostUnreachable)
        let tcp = HostTarget(id: .fresh(), driver: .memory, endpoint: "tcp://127.0.0.1:1", address: "a")
        #expect(await error { try await driver.probe(tcp, context()) }?.code == .hostUnsupported)
    }
}
