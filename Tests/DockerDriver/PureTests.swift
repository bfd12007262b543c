import Curl
import Drivers
import Foundation
import Model
import Testing

@testable import DockerDriver
@testable import DockerEngine

@Suite struct UstarTests {
    @Test func tarReadsWhatIsWritten() throws {
        let deep = "/" + String(repeating: "d/", count: 60) + "file"
        let archive = try Ustar.archive([
            .init(path: "/etc/a", content: Array("hello\n".utf8), mode: 0o400, owner: 1000, group: 1001),
            .init(path: deep, content: [], mode: 0o644, owner: 0, group: 0),
        ])
        #expect(archive.count % 512 == 0)
        #expect(Array(archive[257..<263]) == Array("ustar\0".utf8))
        #expect(String(decoding: archive[0..<5], as: UTF8.self) == "etc/a")
        #expect(String(decoding: archive[100..<107], as: UTF8.self) == "0000400")
        #expect(String(decoding: archive[108..<115], as: UTF8.self) == "0001750")
        #expect(String(decoding: archive[124..<135], as: UTF8.self) == "00000000006")
        #expect(String(decoding: archive[512..<518], as: UTF8.self) == "hello\n")
    }

    @Test func anEndlessPathIsABadPlan() {
        let error = #expect(throws: WorkError.self) {
            try Ustar.archive([
                .init(path: "/" + String(repeating: "x", count: 101), content: [], mode: 0, owner: 0, group: 0)
            ])
        }
        #expect(error?.code == .badPlan)
    }
}

@Suite struct SubnetTests {
    @Test(arguments: [
        ("10.1.2.0/28", "10.1.2.3/24", true), ("10.1.2.0/28", "10.1.2.16/28", false), ("0.0.0.0/0", "192.168.0.0/16", true),
        ("172.17.0.0/16", "172.18.0.0/16", false), ("10.0.0.0/8", "10.255.255.255/32", true),
    ])
    func overlaps(_ one: String, _ other: String, _ expected: Bool) throws {
        let (one, other) = (try #require(Subnet(one)), try #require(Subnet(other)))
        #expect(one.overlaps(other) == expected)
        #expect(other.overlaps(one) == expected)
    }

    @Test func addressesAreCountedFromTheFirst() throws {
        let subnet = try #require(Subnet("10.1.2.19/28"))
        #expect(subnet.description == "10.1.2.16/28")
        #expect(subnet.address(at: 1) == "10.1.2.17")
        #expect(subnet.address(at: 14) == "10.1.2.30")
        #expect(subnet.address(at: 15) == nil)
        #expect(subnet.address(at: 0) == nil)
    }

    @Test(arguments: ["10.1.2.0", "10.1.2/24", "10.1.2.0/33", "10.1.2.256/24", "a.b.c.d/8", "fd00::/8"])
    func whatIsNoSubnetIsRefused(_ text: String) {
        #expect(Subnet(text) == nil)
    }
}

@Suite struct EndpointTests {
    private func host(_ endpoint: String, insecure: Bool = false) -> HostTarget {
        HostTarget(id: .fresh(), driver: .docker, endpoint: endpoint, address: "x", insecure: insecure)
    }

    @Test func socketsAndInsecureAddressesAreRead() throws {
        #expect(try DockerEndpoint.read(host("unix:///run/docker.sock"), nil) == .unix("/run/docker.sock"))
        #expect(
            try DockerEndpoint.read(host("tcp://10.0.0.1:2375", insecure: true), nil)
                == .tcp(host: "10.0.0.1", port: 2375, tls: nil))
        #expect(
            try DockerEndpoint.read(host("tcp://[fd00::1]:2375", insecure: true), nil)
                == .tcp(host: "fd00::1", port: 2375, tls: nil))
    }

    @Test func clearTextMustBeMeant() {
        let error = #expect(throws: WorkError.self) { try DockerEndpoint.read(host("tcp://10.0.0.1:2375"), nil) }
        #expect(error?.code == .endpointNotAllowed)
    }

    @Test(arguments: ["http://x:1", "unix://run", "tcp://x", "tcp://:1", "tcp://x:0", "tcp://x:65536", "tcp://x/y:1", ""])
    func othersAreRefused(_ endpoint: String) {
        let error = #expect(throws: WorkError.self) { try DockerEndpoint.read(host(endpoint, insecure: true), nil) }
        #expect(error?.code == .hostUnsupported)
    }
}

@Suite struct VersionTests {
    @Test(arguments: [
        ("1.12", "1.41", "1.41"), ("1.24", "1.43", "1.43"), ("1.44", "1.52", "1.51"), ("1.12", "1.40", nil),
        ("1.52", "1.60", nil),
    ])
    func theNewestCommonVersionIsSpoken(_ oldest: String, _ newest: String, _ expected: String?) throws {
        let agreed = APIVersion.agreed(
            daemonSpeaks: try #require(APIVersion(oldest)), to: try #require(APIVersion(newest)))
        #expect(agreed?.description == expected)
    }
}

@Suite struct RefusalTests {
    static let words: [(Int, String, WorkError.Code, String?)] = [
        (500, "driver failed: Bind for 0.0.0.0:18999 failed: port is already allocated", WorkError.Code.portTaken, "18999"),
        (500, "Error starting userland proxy: listen tcp4 0.0.0.0:5000: bind: address already in use", .portTaken, "5000"),
        (404, "No such image: a:1", .imageMissing, nil), (500, "write x: no space left on device", .noRoom, nil),
        (400, "invalid mount config", .badPlan, nil), (500, "something", .hostRefused, nil),
        (400, "OCI runtime create failed: exec: \"x\": executable file not found in $PATH", .nodeFailed, nil),
    ]

    @Test(arguments: words)
    func theDaemonsWordsAreUnderstood(_ status: Int, _ message: String, _ code: WorkError.Code, _ value: String?) throws {
        let body = try JSONEncoder().encode(["message": message])
        let error = Answer(status: status, body: Array(body)).refusal("doing", node: "n")
        #expect(error.code == code)
        #expect(error.value == value)
        #expect(error.node == "n")
    }

    @Test func whatIsNoJSONIsToldByItsStatus() {
        #expect(Answer(status: 502, body: Array("<html>".utf8)).refusal("doing").message == "doing: status 502")
    }

    @Test func exchangesThatBrokeAreClassed() {
        let endpoint = Endpoint.unix("/x")
        let codes: [(CurlError.Code, WorkError.Code, WorkError.Disposition)] = [
            (.refused, .hostUnreachable, .transient), (.interrupted, .hostUnreachable, .transient),
            (.timeout(.total), .hostSlow, .transient), (.timeout(.connect), .hostUnreachable, .transient),
            (.addressNotAllowed(address: "x"), .endpointNotAllowed, .terminal), (.cancelled, .cancelled, .cancelled),
            (.protocol, .hostUnsupported, .terminal),
        ]
        for (given, code, disposition) in codes {
            let error = WorkError(CurlError(given, "x"), at: endpoint)
            #expect(error.code == code)
            #expect(error.disposition == disposition)
        }
    }
}

@Suite struct LogFrameTests {
    @Test func bothStreamsComeWithoutTheirFrames() {
        let bytes: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 2, 65, 66, 2, 0, 0, 0, 0, 0, 0, 1, 67, 1, 0, 0, 0, 0, 0, 0, 9, 68]
        #expect(LogFrames.payload(of: bytes) == [65, 66, 67, 68])
        #expect(LogFrames.payload(of: []).isEmpty)
        #expect(LogFrames.payload(of: [1, 0, 0]).isEmpty)
    }
}

@Suite struct ContainerStateTests {
    private func container(_ state: String, _ status: String) -> ContainerSummary {
        ContainerSummary(id: "x", labels: [:], state: state, status: status, ports: [])
    }

    @Test func healthIsReadFromTheList() {
        #expect(container("running", "Up 3 minutes (healthy)").health == .healthy)
        #expect(container("running", "Up 1 second (health: starting)").health == .starting)
        #expect(container("running", "Up 3 minutes (unhealthy)").health == .unhealthy)
        #expect(container("running", "Up 3 minutes").health == .unknown)
        #expect(container("restarting", "Restarting (1) 2 seconds ago").health == .unhealthy)
        #expect(container("paused", "Up 3 minutes (Paused)").health == .unhealthy)
        #expect(container("exited", "Exited (0) 1 second ago").health == .unknown)
    }

    @Test func statesAreOurs() {
        #expect(container("paused", "").nodeState == .running)
        #expect(container("created", "").nodeState == .created)
        #expect(container("restarting", "").nodeState == .restarting)
        #expect(container("exited", "").nodeState == .exited)
        #expect(container("dead", "").isDoomed && container("removing", "").isDoomed)
    }
}

@Suite struct NetworkWordsTests {
    @Test(arguments: [
        (404, "network 6dd2c551 not found", true),
        (404, "failed to set up container networking: network 6dd2c551 not found", true),
        (404, "No such container: network", false), (500, "network 6dd2c551 not found", false),
    ])
    func aNetworkThatIsGoneIsTold(_ status: Int, _ message: String, _ isAboutNetwork: Bool) {
        #expect(Answer(status: status, body: Array(#"{"message":"\#(message)"}"#.utf8)).isAboutNetwork == isAboutNetwork)
    }
}

@Suite struct PullTests {
    @Test(arguments: [
        ("registry.example.com/a/b:1", "registry.example.com/a/b", "1"), ("localhost/a", "localhost/a", "latest"),
        ("127.0.0.1:5000/a:2", "127.0.0.1:5000/a", "2"), ("r.io/a@sha256:abc", "r.io/a", "sha256:abc"),
    ])
    func referencesWithARegistry(_ name: String, _ repository: String, _ tag: String) {
        let reference = ImageReference(name)
        #expect(reference?.repository == repository && reference?.tag == tag)
    }

    @Test(arguments: ["busybox", "busybox:1", "hyperledger/fabric-peer:2.5", "continuo-test/busybox:1"])
    func referencesWithoutOne(_ name: String) {
        #expect(ImageReference(name) == nil)
    }

    private func words(_ text: String) throws -> PullWords {
        var words = PullWords(try #require(ImageReference("r.example.com/a:1")))
        for piece in Array(text.utf8).chunks(of: 7) { _ = words.take(piece) }
        return words
    }

    /// As Docker 20.10 and 28 say it.
    @Test(arguments: [
        (
            404, #"{"message":"manifest for r.example.com/a:1 not found: manifest unknown: manifest unknown"}"#,
            WorkError.Disposition.terminal
        ),
        (
            404,
            #"{"message":"pull access denied for r.example.com/a, repository does not exist or may require 'docker login'"}"#,
            .terminal
        ),
        (404, #"{"message":"failed to resolve reference \"r.example.com/a:1\": r.example.com/a:1: not found"}"#, .terminal),
        (
            500, #"{"message":"Get \"https://r.example.com/v2/\": dial tcp: lookup r.example.com on 10.0.0.1:53: no such host"}"#,
            .transient
        ),
        (
            500, #"{"message":"Get \"https://r.example.com/v2/\": dial tcp 10.0.0.9:443: connect: connection refused"}"#,
            .transient
        ),
        (
            500, #"{"message":"Get \"https://r.example.com/v2/\": net/http: request canceled (Client.Timeout exceeded)"}"#,
            .transient
        ),
        (
            200,
            "{\"status\":\"Pulling from a\",\"id\":\"1\"}\r\n{\"errorDetail\":{\"message\":\"unexpected EOF\"},\"error\":\"unexpected EOF\"}\r\n",
            .transient
        ),
    ])
    func endings(_ status: Int, _ text: String, _ disposition: WorkError.Disposition) throws {
        var words = try words(text)
        let failure = words.failure(status: status, node: "one")
        let error = try #require(failure)
        #expect(error.disposition == disposition && error.code == .imageMissing && error.node == "one")
    }

    @Test func aFullDiskIsNoRoom() throws {
        var words = try words(#"{"error":"write /var/lib/docker/tmp/x: no space left on device"}"# + "\r\n")
        let error = words.failure(status: 200, node: nil)
        #expect(error?.code == .noRoom)
    }

    @Test func progressIsToldByLayers() throws {
        var words = PullWords(try #require(ImageReference("r.example.com/a:1")))
        var told: [String] = []
        for line in [
            #"{"status":"Pulling from a","id":"1"}"#, #"{"status":"Pulling fs layer","progressDetail":{},"id":"x"}"#,
            #"{"status":"Already exists","progressDetail":{},"id":"y"}"#,
            #"{"status":"Downloading","progressDetail":{"current":1,"total":2},"progress":"[=> ]","id":"x"}"#,
            #"{"status":"Pull complete","progressDetail":{},"id":"x"}"#, #"{"status":"Digest: sha256:abc"}"#,
        ] {
            if let step = words.take(Array("\(line)\r\n".utf8)) { told.append("\(step.done)/\(step.total)") }
        }
        #expect(told == ["0/1", "1/2", "2/2"])
        let failure = words.failure(status: 200, node: nil)
        #expect(failure == nil)
    }
}

@Suite struct SettingsTests {
    @Test func theUsualLogIsBounded() throws {
        let usual = try ContainerSpec.LogConfig(.usual)
        #expect(usual == .usual && usual.config["max-size"] == "10m")
        #expect(
            try ContainerSpec.LogConfig(HostSettings(logOptions: ["max-file": "5"])).config == [
                "max-size": "10m", "max-file": "5",
            ])
        let journal = try ContainerSpec.LogConfig(HostSettings(logDriver: "journald", logOptions: ["tag": "x"]))
        #expect(journal.type == "journald" && journal.config == ["tag": "x"])
    }

    @Test(arguments: [
        HostSettings(logDriver: "none"), HostSettings(logDriver: ""), HostSettings(logDriver: "a b"),
        HostSettings(logOptions: ["": "x"]), HostSettings(logOptions: ["tag": String(repeating: "x", count: 2000)]),
    ])
    func logsThatCantBe(_ settings: HostSettings) {
        let error = #expect(throws: WorkError.self) { try ContainerSpec.LogConfig(settings) }
        #expect(error?.code == .badPlan)
    }
}

@Suite struct LogLineTests {
    private func frame(_ stream: UInt8, _ text: String) -> [UInt8] {
        [stream, 0, 0, 0] + [24, 16, 8, 0].map { UInt8(text.utf8.count >> $0 & 0xFF) } + Array(text.utf8)
    }

    @Test func linesThatTheDaemonCutAreWholeAgain() {
        let stamp = "2026-11-25T22:30:00.000000001Z "
        let later = "2026-11-25T22:30:00.000000002Z "
        let bytes =
            frame(1, stamp + "one, ") + frame(2, later + "error\n") + frame(1, later + "two\n") + frame(1, later + "\n")
        for size in [1, 5, 1000] {
            var log = LogLines()
            for piece in bytes.chunks(of: size) { log.take(piece) }
            #expect(log.lines.map(\.text) == ["error", "one, two", ""])
            #expect(log.lines[1].time == String(stamp.dropLast()))
        }
    }
}

extension [UInt8] {
    fileprivate func chunks(of size: Int) -> [[UInt8]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
