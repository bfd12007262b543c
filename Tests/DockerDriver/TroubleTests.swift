import Curl
import DockerDriver
import DockerSupport
import Drivers
import Foundation
import Model
import Testing

/// Things that go wrong on a real daemon.
@Suite(.serialized)
struct TroubleTests {
    private func driver(_ field: DockerField, health: Duration = .seconds(20)) -> DockerDriver {
        DockerDriver(client: field.docker.client, patience: .init(health: health, stopping: .seconds(3)))
    }

    @Test func aNodeThatEndsIsToldWithItsLastWordsAndWithoutSecrets() async throws {
        try await DockerField.using { field in
            let plan = SampleChain.plan(nodes: 1, script: "busybox cat /etc/sample/token; echo i am done; exit 7")
            let work = SampleChain.work(plan)
            let error = await #expect(throws: WorkError.self) {
                try await driver(field).converge(work, on: field.host, field.context)
            }
            #expect(error?.code == .nodeFailed)
            #expect(error?.disposition == .transient)
            #expect(error?.node == "node1")
            #expect(error?.message.contains("exit code 7") == true)
            #expect(error?.log?.contains("i am done") == true)
            #expect(error?.log?.contains("token=…") == true)
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
        }
    }

    @Test func aNodeThatTakesTooMuchMemoryIsToldSo() async throws {
        try await DockerField.using { field in
            var plan = SampleChain.plan(nodes: 1, script: "busybox tail /dev/zero")
            plan.nodes[0].resources.memoryBytes = 16 << 20
            // On a busy machine a probe may come before the memory is gone.
            plan.nodes[0].probe?.command = ["/bin/sh", "-c", "exit 1"]
            let work = SampleChain.work(plan)
            let error = await #expect(throws: WorkError.self) {
                try await driver(field).converge(work, on: field.host, field.context)
            }
            #expect(error?.code == .nodeFailed && error?.message.contains("lack of memory") == true, "\(error?.message ?? "")")
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
        }
    }

    @Test func aNodeThatDoesNotGetHealthyIsToldWithWhatItsProbeSays() async throws {
        try await DockerField.using { field in
            var plan = SampleChain.plan(nodes: 1)
            plan.nodes[0].probe?.command = ["/bin/sh", "-c", "echo not yet; exit 1"]
            let work = SampleChain.work(plan)
            let error = await #expect(throws: WorkError.self) {
                try await driver(field, health: .seconds(1)).converge(work, on: field.host, field.context)
            }
            #expect(error?.code == .notHealthy)
            #expect(error?.message.contains("not yet") == true)
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
        }
    }

    /// What a daemon leaves that dies while it makes a volume.
    @Test(arguments: ["1.vault", "1-node1.data"]) func aHalfMadeVolumeIsMadeAnew(name: String) async throws {
        try await DockerField.using { field in
            let work = SampleChain.work(SampleChain.plan(nodes: 1))
            let volume = try await field.docker.makeBareVolume(work, name)
            let chain = try await driver(field).converge(work, on: field.host, field.context)
            #expect(chain.objects.contains(ObjectReference(kind: .volume, id: volume)))
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
        }
    }

    @Test func aHalfMadeVolumeGoesWithItsChain() async throws {
        try await DockerField.using { field in
            let work = SampleChain.work(SampleChain.plan(nodes: 1))
            let volume = try await field.docker.makeBareVolume(work, "7-node1.data")
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
            #expect(try await field.docker.send("GET", "/volumes/\(volume)").status == 404)
        }
    }

    @Test func aVolumeWithoutLabelsThatHoldsSomethingIsSomebodys() async throws {
        try await DockerField.using { field in
            let work = SampleChain.work(SampleChain.plan(nodes: 1))
            let volume = try await field.docker.makeBareVolume(work, "1-node1.data")
            #expect(try await field.docker.end(of: "busybox echo theirs > /volume/file", with: volume) == 0)
            let error = await #expect(throws: WorkError.self) {
                try await driver(field).converge(work, on: field.host, field.context)
            }
            #expect(error?.code == .hostRefused && error?.disposition == .terminal)
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
            #expect(try await field.docker.end(of: "busybox grep theirs /volume/file", with: volume) == 0)
            try await field.docker.call("DELETE", "/volumes/\(volume)")
        }
    }

    @Test func anUnknownImageLeavesNothing() async throws {
        try await DockerField.using { field in
            let work = SampleChain.work(SampleChain.plan(image: "continuo-test/nowhere:1"))
            let error = await #expect(throws: WorkError.self) {
                try await driver(field).converge(work, on: field.host, field.context)
            }
            #expect(error?.code == .imageMissing)
            let left = try await field.docker.objects(of: field.installation)
            #expect(left.isEmpty)
        }
    }

    @Test func aProgramThatIsNotInTheImageIsTerminal() async throws {
        try await DockerField.using { field in
            var plan = SampleChain.plan(nodes: 1)
            plan.nodes[0].command = ["no-such-program"]
            let work = SampleChain.work(plan)
            let error = await #expect(throws: WorkError.self) {
                try await driver(field).converge(work, on: field.host, field.context)
            }
            #expect(error?.code == .nodeFailed)
            #expect(error?.disposition == .terminal)
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
        }
    }

    @Test func aNetworkThatWasRemovedComesBackWithItsContainers() async throws {
        try await DockerField.using { field in
            let work = SampleChain.work(SampleChain.plan(nodes: 1))
            _ = try await driver(field).converge(work, on: field.host, field.context)
            let stop = work.changed { $0.power = .stopped }
            let stopped = try await driver(field).converge(stop, on: field.host, field.context)
            let network = try #require(stopped.objects.first { $0.kind == .network })
            try await field.docker.call("DELETE", "/networks/\(network.id)")
            let start = stop.changed { $0.power = .running }
            let started = try await driver(field).converge(start, on: field.host, field.context)
            #expect(started.nodes.map(\.state) == [.running])
            let diary = try await field.docker.run(
                ["busybox", "cat", "/data/diary"], in: try #require(started.nodes[0].object))
            #expect(diary == "started\nstarted\n")
            _ = try await driver(field).converge(start.absent, on: field.host, field.context)
        }
    }

    @Test func aVaultThatWasRemovedIsMadeAnewAndSoIsWhatWasMadeFromIt() async throws {
        try await DockerField.using { field in
            let work = SampleChain.work(SampleChain.plan(nodes: 1))
            let before = try await driver(field).converge(work, on: field.host, field.context)
            let vault = try #require(before.objects.first { $0.kind == .volume && $0.id.hasSuffix(".vault") })
            try await field.docker.call("DELETE", "/volumes/\(vault.id)")
            let after = try await driver(field).converge(work, on: field.host, field.context)
            #expect(after.nodes[0].object != before.nodes[0].object)
            let sealed = try #require(
                try await driver(field).vault(of: work.id, incarnation: 1, on: field.host, field.context))
            let token = try #require(try field.context.vaults.open(sealed, chain: work.id, incarnation: 1).secrets["token"])
            let file = try await field.docker.run(
                ["busybox", "cat", "/etc/sample/token"], in: try #require(after.nodes[0].object))
            #expect(file == "token=\(token)\n")
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
        }
    }

    @Test func aKilledNodeIsSignalledAndSeen() async throws {
        try await DockerField.using { field in
            let work = SampleChain.work(SampleChain.plan(nodes: 1))
            let chain = try await driver(field).converge(work, on: field.host, field.context)
            let id = try #require(chain.nodes[0].object)
            let signals = try await driver(field).signals(field.host, field.context)
            try await field.docker.call("POST", "/containers/\(id)/kill")
            for try await _ in signals { break }
            let seen = try await exited(id, field)
            #expect(seen.detail == "exited with code 137")
            let repaired = try await driver(field).converge(work, on: field.host, field.context)
            #expect(repaired.nodes.map(\.state) == [.running])
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
        }
    }

    /// The first signal of a kill comes before the container has ended.
    private func exited(_ id: String, _ field: DockerField) async throws -> ObservedNode {
        for _ in 0..<100 {
            let chains = try await driver(field).observe(field.host, field.context).chains
            if let node = chains.first?.nodes.first, node.state == .exited { return node }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Unmet("the killed container \(id) was not seen to end")
    }

    @Test func foreignObjectsAreNotRemovedEvenWhenNamed() async throws {
        try await DockerField.using { mine in
            try await DockerField.using { theirs in
                let work = SampleChain.work(SampleChain.plan(nodes: 1))
                let chain = try await driver(theirs).converge(work, on: theirs.host, theirs.context)
                let all = chain.objects + [ObjectReference(kind: .container, id: try #require(chain.nodes[0].object))]
                try await driver(mine).remove(all, on: mine.host, mine.context)
                #expect(try await driver(mine).observe(mine.host, mine.context).chains.isEmpty)
                let seen = try await driver(theirs).observe(theirs.host, theirs.context).chains
                #expect(seen.first?.nodes.map(\.state) == [.running])
                #expect(seen.first?.objects == chain.objects)
                try await driver(theirs).remove(all, on: theirs.host, theirs.context)
                #expect(try await driver(theirs).observe(theirs.host, theirs.context).chains.isEmpty)
            }
        }
    }

    @Test func aSocketBehindWhichNoDockerIsIsUnsupported() async throws {
        let field = try await Docker.forTests()
        var host = HostTarget(id: .fresh(), driver: .docker, endpoint: "tcp://127.0.0.1:1", address: "127.0.0.1")
        let context = WorkContext(installation: .fresh(), vaults: PlainSmith(), mayAct: {})
        let policy = try AddressPolicy(sockets: [], networks: ["10.0.0.0/8"])
        let fenced = DockerDriver(client: HTTPClient(addressPolicy: policy))
        let clear = await #expect(throws: WorkError.self) { try await fenced.probe(host, context) }
        #expect(clear?.code == .endpointNotAllowed)
        host.insecure = true
        let elsewhere = await #expect(throws: WorkError.self) { try await fenced.probe(host, context) }
        #expect(elsewhere?.code == .endpointNotAllowed)
        host.endpoint = field.url
        let socket = await #expect(throws: WorkError.self) { try await fenced.probe(host, context) }
        #expect(socket?.code == .endpointNotAllowed)
    }
}

extension Docker {
    /// A volume of a name that one of the chain's would have, without labels.
    fileprivate func makeBareVolume(_ work: ChainWork, _ name: String) async throws -> String {
        let volume = work.id.objectPrefix + name
        try await call("POST", "/volumes/create", json: #"{"Name":"\#(volume)"}"#)
        return volume
    }

    /// Runs a script in a container of its own; answers its exit code.
    fileprivate func end(of script: String, with volume: String) async throws -> Int {
        struct End: Decodable {
            var code: Int
            enum CodingKeys: String, CodingKey { case code = "StatusCode" }
        }
        let wanted: JSONValue = [
            "Image": .string(Self.image), "Cmd": ["/bin/sh", "-c", .string(script)],
            "HostConfig": ["Binds": [.string("\(volume):/volume")]],
        ]
        let name = "\(volume).script"
        let text = String(decoding: try JSONEncoder().encode(wanted), as: UTF8.self)
        try await call("POST", "/containers/create?name=\(name)", json: text)
        try await call("POST", "/containers/\(name)/start")
        let end = try JSONDecoder().decode(End.self, from: try await call("POST", "/containers/\(name)/wait"))
        try await call("DELETE", "/containers/\(name)")
        return end.code
    }
}
