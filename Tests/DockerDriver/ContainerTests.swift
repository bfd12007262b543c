import Curl
import DockerDriver
import DockerSupport
import Drivers
import Foundation
import Model
import Testing

/// What a container of ours is like, seen from the daemon.
@Suite(.serialized)
struct ContainerTests {
    @Test func itIsFencedInAndHasItsFiles() async throws {
        try await DockerField.using { field in
            var plan = SampleChain.plan(nodes: 2)
            plan.nodes[0].files[0].owner = 1000
            plan.nodes[0].files[0].mode = 0o440
            plan.nodes[0].environment = ["GREETING": "hello"]
            plan.nodes[0].resources = PlannedResources(cpus: 0.5, memoryBytes: 32 << 20)
            let work = SampleChain.work(plan)
            let driver = DockerDriver(client: field.docker.client)
            let chain = try await driver.converge(work, on: field.host, field.context)
            let id = try #require(chain.nodes[0].object)

            let vault = try #require(try await driver.vault(of: work.id, incarnation: 1, on: field.host, field.context))
            let token = try #require(try field.context.vaults.open(vault, chain: work.id, incarnation: 1).secrets["token"])
            let file = try await field.docker.run(["/bin/sh", "-c", "busybox stat -c '%a %u %g' /etc/sample/token"], in: id)
            #expect(file == "440 1000 0\n")
            // Without any capability, root itself can't read another user's file; only its group may.
            #expect(try await field.docker.run(["busybox", "cat", "/etc/sample/token"], in: id) == "token=\(token)\n")
            #expect(try await field.docker.run(["busybox", "grep", "-c", "node2", "/etc/hosts"], in: id) == "1\n")

            let inspected = try await field.docker.inspect(id)
            #expect(inspected.hostConfig.capDrop == ["ALL"])
            #expect(inspected.hostConfig.securityOpt == ["no-new-privileges"])
            #expect(inspected.hostConfig.memory == 32 << 20)
            #expect(inspected.hostConfig.nanoCpus == 500_000_000)
            #expect(inspected.hostConfig.restartPolicy["Name"] == .string("unless-stopped"))
            #expect(inspected.config.env?.contains("GREETING=hello") == true)
            // Neither labels nor environment nor command hold the secret.
            let everything = String(decoding: try await field.docker.call("GET", "/containers/\(id)/json"), as: UTF8.self)
            #expect(!everything.contains(token))
            _ = try await driver.converge(work.absent, on: field.host, field.context)
        }
    }

    @Test func whatANodeKeepsOutlivesARestartAndNotAReset() async throws {
        try await DockerField.using { field in
            let driver = DockerDriver(client: field.docker.client)
            let work = SampleChain.work(SampleChain.plan(nodes: 1))
            _ = try await driver.converge(work, on: field.host, field.context)
            let restart = work.changed { $0.restarts += 1 }
            let restarted = try await driver.converge(restart, on: field.host, field.context)
            #expect(try await diary(restarted, field) == "started\nstarted\n")
            let reset = restart.changed { $0.incarnation += 1 }
            let fresh = try await driver.converge(reset, on: field.host, field.context)
            #expect(try await diary(fresh, field) == "started\n")
            _ = try await driver.converge(reset.absent, on: field.host, field.context)
        }
    }

    private func diary(_ chain: ObservedChain, _ field: DockerField) async throws -> String {
        try await field.docker.run(["busybox", "cat", "/data/diary"], in: try #require(chain.nodes[0].object))
    }

    @Test func aChangedPlanReplacesOnlyWhatChanged() async throws {
        try await DockerField.using { field in
            let driver = DockerDriver(client: field.docker.client)
            var work = SampleChain.work()
            let before = try await driver.converge(work, on: field.host, field.context)
            work.plan.nodes[1].environment["NEW"] = "1"
            work = work.changed { _ in }
            let after = try await driver.converge(work, on: field.host, field.context)
            #expect(after.nodes[0].object == before.nodes[0].object)
            #expect(after.nodes[1].object != before.nodes[1].object)
            _ = try await driver.converge(work.absent, on: field.host, field.context)
        }
    }
}

struct Inspected: Decodable {
    var hostConfig: HostConfig
    var config: Config

    struct HostConfig: Decodable {
        var capDrop: [String]?
        var securityOpt: [String]?
        var memory: Int
        var nanoCpus: Int
        var restartPolicy: [String: JSONValue]

        enum CodingKeys: String, CodingKey {
            case capDrop = "CapDrop"
            case securityOpt = "SecurityOpt"
            case memory = "Memory"
            case nanoCpus = "NanoCpus"
            case restartPolicy = "RestartPolicy"
        }
    }

    struct Config: Decodable {
        var env: [String]?
        enum CodingKeys: String, CodingKey { case env = "Env" }
    }

    enum CodingKeys: String, CodingKey {
        case hostConfig = "HostConfig"
        case config = "Config"
    }
}

extension Docker {
    func inspect(_ id: String) async throws -> Inspected {
        try JSONDecoder().decode(Inspected.self, from: try await call("GET", "/containers/\(id)/json"))
    }
}
