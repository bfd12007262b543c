import DockerDriver
import DockerSupport
import Drivers
import Foundation
import Model
import Testing

/// Tasks as containers, seen from the daemon.
@Suite(.serialized)
struct TaskTests {
    private func task(
        _ name: String, _ script: String, _ stage: PlannedTask.Stage = .before, needs: [String] = [], gives: [String] = [],
        timeout: Int = 60
    ) -> PlannedTask {
        PlannedTask(
            name: name, image: Docker.image, command: ["/bin/sh", "-c", script], stage: stage, needs: needs, gives: gives,
            timeout: timeout)
    }

    private func driver(_ field: DockerField) -> DockerDriver {
        DockerDriver(client: field.docker.client, patience: .init(health: .seconds(20), stopping: .seconds(3)))
    }

    /// A task in the chain's network finds the nodes by all their names, without any name server.
    @Test func tasksAndNodesFindTheNodesByAllTheirNames() async throws {
        try await DockerField.using { field in
            var plan = SampleChain.plan(nodes: 2)
            plan.nodes[1].names = ["peer0.org1.example.com"]
            // Nobody listens there: who refuses was found.
            let look = ["peer0.org1.example.com", "node1"].map { "busybox nc -w 5 \($0) 9 2>&1 | busybox grep -q refused" }
            plan.tasks = [task("look", look.joined(separator: " && "), .after)]
            let work = SampleChain.work(plan)
            let chain = try await driver(field).converge(work, on: field.host, field.context)
            let hosts = try await field.docker.run(
                ["busybox", "grep", "-c", "peer0.org1.example.com", "/etc/hosts"], in: try #require(chain.nodes[1].object))
            #expect(hosts == "1\n")
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
        }
    }

    @Test func aFileOfManyKilobytesIsGivenByteForByte() async throws {
        try await DockerField.using { field in
            var plan = SampleChain.plan(nodes: 1)
            let script = """
                busybox dd if=/dev/urandom of=/block bs=1024 count=300 2> /dev/null
                busybox sha256sum /block >&2
                echo '-----BEGIN CONTINUO FILE block-----'
                busybox base64 -w 0 /block; echo
                echo '-----END CONTINUO FILE block-----'
                """
            plan.tasks = [task("genesis", script, gives: ["block"])]
            plan.nodes[0].files.append(
                PlannedFile(path: "/etc/sample/block", given: TaskFile(task: "genesis", file: "block"), mode: 0o444))
            let work = SampleChain.work(plan)
            let chain = try await driver(field).converge(work, on: field.host, field.context)
            let record = try #require(chain.objects.first { $0.kind == .container })
            let node = try #require(chain.nodes[0].object)
            let sum = try await field.docker.run(["busybox", "sha256sum", "/etc/sample/block"], in: node).prefix(64)
            let log = try await field.docker.log(of: record.id)
            #expect(log.contains("\(sum)  /block"))
            // A restart of the node gets the same one: the record is still there.
            let restarted = try await driver(field).converge(
                work.changed { $0.restarts += 1 }, on: field.host, field.context)
            let again = try await field.docker.run(
                ["busybox", "sha256sum", "/etc/sample/block"], in: try #require(restarted.nodes[0].object))
            #expect(again.prefix(64) == sum)
            #expect(restarted.objects.contains(record))
            _ = try await driver(field).converge(work.changed { $0.restarts += 1 }.absent, on: field.host, field.context)
        }
    }

    @Test func aFailureIsToldWithTheLastWordsAndTriedAgain() async throws {
        try await DockerField.using { field in
            var plan = SampleChain.plan(nodes: 1)
            var failing = task("shaky", "busybox cat /token; echo trouble >&2; exit 3")
            failing.files = [PlannedFile(path: "/token", content: "${secret.token}\n", mode: 0o400)]
            plan.tasks = [failing]
            let work = SampleChain.work(plan)
            for _ in 1...2 {
                let error = await #expect(throws: WorkError.self) {
                    try await driver(field).converge(work, on: field.host, field.context)
                }
                #expect(error?.code == .taskFailed && error?.disposition == .transient)
                #expect(error?.message.contains("exit code 3") == true)
                #expect(error?.log?.contains("trouble") == true && error?.log?.contains("…") == true)
            }
            #expect(try await driver(field).observe(field.host, field.context).chains.first?.nodes.isEmpty == true)
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
        }
    }

    @Test func aTaskThatTakesTooLongIsEnded() async throws {
        try await DockerField.using { field in
            var plan = SampleChain.plan(nodes: 1)
            plan.tasks = [task("slow", "busybox sleep 1000", timeout: 1)]
            let work = SampleChain.work(plan)
            let error = await #expect(throws: WorkError.self) {
                try await driver(field).converge(work, on: field.host, field.context)
            }
            #expect(error?.code == .taskFailed && error?.message.contains("longer than 1 s") == true)
            let left = try await field.docker.objects(of: field.installation).filter { $0.hasPrefix("container") }
            #expect(left.isEmpty)
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
        }
    }

    @Test func aTaskThatGivesNothingFailsAndLeavesNoRecord() async throws {
        try await DockerField.using { field in
            var plan = SampleChain.plan(nodes: 1)
            plan.tasks = [task("mute", "true", gives: ["block"])]
            let work = SampleChain.work(plan)
            let error = await #expect(throws: WorkError.self) {
                try await driver(field).converge(work, on: field.host, field.context)
            }
            #expect(error?.code == .taskFailed && error?.message.contains("block") == true)
            #expect(
                try await driver(field).observe(field.host, field.context).chains.first?.objects.contains {
                    $0.kind == .container
                }
                    == false)
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
        }
    }
}

/// Probes that ask from inside, with what a small image has.
@Suite(.serialized)
struct ProbeTests {
    @Test func tcpAndHTTPProbesTellWhoAnswers() async throws {
        try await DockerField.using { field in
            let serve = "echo ok > /data/index.html; trap 'exit 0' TERM; busybox httpd -f -p 8000 -h /data & wait"
            var plan = SampleChain.plan(nodes: 2, script: serve)
            plan.nodes[0].probe = PlannedProbe(.tcp(port: 8000), interval: 1, timeout: 5, grace: 5)
            plan.nodes[1].probe = PlannedProbe(
                .http(HTTPProbe(port: 8000, path: "/index.html")), interval: 1, timeout: 5, grace: 5)
            let work = SampleChain.work(plan)
            let driver = DockerDriver(client: field.docker.client, patience: .init(health: .seconds(20)))
            let chain = try await driver.converge(work, on: field.host, field.context)
            #expect(chain.nodes.map(\.health) == [.healthy, .healthy])
            _ = try await driver.converge(work.absent, on: field.host, field.context)
        }
    }

    @Test(arguments: [
        PlannedProbe.Check.tcp(port: 8001), .http(HTTPProbe(port: 8001, path: "/")),
        .http(HTTPProbe(port: 8000, path: "/missing")),
    ])
    func aProbeThatNobodyAnswersFails(_ check: PlannedProbe.Check) async throws {
        try await DockerField.using { field in
            var plan = SampleChain.plan(
                nodes: 1, script: "trap 'exit 0' TERM; busybox httpd -f -p 8000 -h /data & wait")
            plan.nodes[0].probe = PlannedProbe(check, interval: 1, timeout: 5, grace: 5)
            let work = SampleChain.work(plan)
            let driver = DockerDriver(client: field.docker.client, patience: .init(health: .seconds(2)))
            let error = await #expect(throws: WorkError.self) {
                try await driver.converge(work, on: field.host, field.context)
            }
            #expect(error?.code == .notHealthy)
            _ = try await driver.converge(work.absent, on: field.host, field.context)
        }
    }
}

extension Docker {
    func log(of id: String) async throws -> String {
        String(decoding: try await call("GET", "/containers/\(id)/logs?stdout=1&stderr=1"), as: UTF8.self)
    }
}
