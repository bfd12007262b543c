import Blueprints
import Curl
import DockerSupport
import Drivers
import Foundation
import Model
import Programs
import SwarmDriver
import Testing

/// What is a swarm's own: several machines, and files that are its objects.
@Suite(.serialized)
struct SwarmTests {
    private func driver(_ field: SwarmField) -> SwarmDriver {
        SwarmDriver(client: field.manager.client, patience: .init(health: .seconds(90)))
    }

    @Test func aSwarmTellsItsMachines() async throws {
        try await SwarmField.using { field in
            let facts = try await driver(field).probe(field.host, field.context)
            #expect(facts.machines == 2)
            #expect(facts.cpus > 0 && facts.memoryBytes > 0)
        }
    }

    @Test func whatIsNoManagerIsUnsupported() async throws {
        try await SwarmField.using { field in
            for daemon in [field.worker, try await Docker.forTests()] {
                var host = field.host
                host.endpoint = daemon.url
                let work = SampleChain.work()
                for call in [0, 1, 2] {
                    let error = await #expect(throws: WorkError.self) {
                        switch call {
                        case 0: _ = try await driver(field).probe(host, field.context)
                        case 1: _ = try await driver(field).observe(host, field.context)
                        default: _ = try await driver(field).converge(work, on: host, field.context)
                        }
                    }
                    #expect(error?.code == .hostUnsupported && error?.disposition == .terminal)
                }
            }
        }
    }

    @Test func aChainOverBothMachinesSharesItsBlocks() async throws {
        try await SwarmField.using { field in
            let blueprint = try #require(try BlueprintCatalogue.embedded().blueprint(named: "litecoin-regtest"))
            let work = SampleChain.work(try blueprint.render(parameters: .object(["nodes": .integer(3)])))
            let chain = try await driver(field).converge(work, on: field.host, field.context)
            #expect(chain.nodes.map(\.health) == [.healthy, .healthy, .healthy])
            #expect(Set(chain.nodes.map { $0.address ?? field.host.address }).count == 2)

            let vault = try #require(
                try await driver(field).vault(of: work.id, incarnation: 1, on: field.host, field.context))
            let password = try field.context.vaults.open(vault, chain: work.id, incarnation: 1).secrets["rpcPassword"] ?? ""
            let rpcs = chain.nodes.map { node in
                LitecoinRPC(
                    client: field.manager.client, host: node.address ?? field.host.address, port: node.ports[0].port,
                    password: password)
            }
            _ = try await rpcs[0].call("generatetodescriptor", [.integer(3), .string("raw(51)")])
            for rpc in rpcs[1...] { try await rpc.untilHeight(3) }
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
        }
    }

    @Test func aCertificateForTheHostsAddressIsForAllMachines() async throws {
        try await SwarmField.using { field in
            let work = SampleChain.work(SampleChain.rich())
            let chain = try await driver(field).converge(work, on: field.host, field.context)
            let sealed = try await driver(field).vault(of: work.id, incarnation: 1, on: field.host, field.context)
            let vault = try field.context.vaults.open(try #require(sealed), chain: work.id, incarnation: 1)
            let file = NSTemporaryDirectory() + "/certificate-\(UUID().uuidString.prefix(8)).pem"
            defer { try? FileManager.default.removeItem(atPath: file) }
            try Data(try #require(vault.certificates["node1"]).certificate.utf8).write(to: URL(filePath: file))
            let names = try await Command.run(
                "/usr/bin/openssl", ["x509", "-in", file, "-noout", "-ext", "subjectAltName"])
            let addresses = Set(chain.nodes.map { $0.address ?? field.host.address })
            #expect(addresses.count == 2 && addresses.allSatisfy { names.contains("IP Address:\($0)") }, "\(names)")
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
        }
    }

    /// A node whose program does not end when it is asked to is no reason for the others to wait.
    @Test func aStubbornNodeHoldsUpNoOther() async throws {
        try await SwarmField.using { field in
            var plan = SampleChain.plan(nodes: 2)
            for index in plan.nodes.indices {
                plan.nodes[index].command[2] = "trap '' TERM; while :; do busybox sleep 1; done"
            }
            let driver = SwarmDriver(client: field.manager.client, patience: .init(stopping: .seconds(12)))
            let work = SampleChain.work(plan)
            let chain = try await driver.converge(work, on: field.host, field.context)
            let far = try #require(chain.nodes.first { $0.address != nil }?.object)
            let near = try #require(chain.nodes.first { $0.address == nil }?.object)
            async let gone = driver.converge(work.absent, on: field.host, field.context)
            _ = try await eventually("the near one's service is gone") {
                try await field.manager.send("GET", "/services/\(near)").status == 404 ? true : nil
            }
            // The data of this one is still to be wiped, and its program to be killed before.
            #expect(try await field.manager.send("GET", "/services/\(far)").status == 200)
            #expect(try await gone.objects.isEmpty)
        }
    }

    @Test func filesAreSecretsWhereTheyHoldOneAndGoWhenNobodyNeedsThem() async throws {
        try await SwarmField.using { field in
            var plan = SampleChain.plan(nodes: 1)
            plan.nodes[0].files.append(PlannedFile(path: "/etc/sample/motto", content: "first", mode: 0o444))
            var work = SampleChain.work(plan)
            let first = try await driver(field).converge(work, on: field.host, field.context)
            #expect(first.objects.count { $0.kind == .secret } == 1)
            // The vault is the other one.
            #expect(first.objects.count { $0.kind == .config } == 2)
            work = work.changed { _ in }
            work.plan.nodes[0].files[1].content = "second"
            let second = try await driver(field).converge(work, on: field.host, field.context)
            #expect(second.objects.filter { $0.kind == .secret } == first.objects.filter { $0.kind == .secret })
            #expect(second.objects.count { $0.kind == .config } == 2)
            #expect(Set(second.objects) != Set(first.objects))
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
        }
    }

    @Test func aFileThatASwarmCanNotKeepIsRefusedWithTheReason() async throws {
        try await SwarmField.using { field in
            var plan = SampleChain.plan(nodes: 1)
            plan.nodes[0].files.append(
                PlannedFile(path: "/etc/sample/big", content: String(repeating: "x", count: 512_001), mode: 0o444))
            let work = SampleChain.work(plan)
            let error = await #expect(throws: WorkError.self) {
                try await driver(field).converge(work, on: field.host, field.context)
            }
            #expect(
                error?.code == .badPlan && error?.disposition == .terminal && error?.message.contains("/etc/sample/big") == true)
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
        }
    }
}
