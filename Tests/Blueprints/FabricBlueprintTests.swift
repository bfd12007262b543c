import Blueprints
import Foundation
import Model
import Testing

@Suite struct FabricBlueprintTests {
    private static func blueprint() throws -> Blueprint {
        try #require(try BlueprintCatalogue.embedded().blueprint(named: "fabric"))
    }

    private static func plan(_ parameters: [String: JSONValue] = [:]) throws -> Plan {
        try blueprint().render(parameters: .object(parameters))
    }

    struct Sample: Sendable, CustomTestStringConvertible {
        let name: String
        let parameters: [String: JSONValue]
        var testDescription: String { name }
    }

    private static let samples = [
        Sample(name: "default", parameters: [:]),
        Sample(name: "smallest", parameters: ["organizations": 1]),
        Sample(name: "3-orderers-2x2", parameters: ["orderers": 3, "peers": 2]),
        Sample(name: "5-orderers-3x1", parameters: ["orderers": 5, "organizations": 3]),
        Sample(name: "own-images", parameters: ["registry": "registry.example.org:5000/fabric", "version": "2.5.12-a"]),
        Sample(name: "own-names", parameters: ["channel": "trade.1", "domain": "bank.example", "organizations": 1]),
        Sample(name: "published-30-days", parameters: ["publishOperations": true, "certificateDays": 30, "organizations": 1]),
    ]

    /// After a wanted change, raise the blueprint's version and replace the files by what the failures print.
    @Test(arguments: samples) func itMakesThePlanOnFile(_ sample: Sample) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Plans")
        let golden = try String(contentsOf: folder.appending(path: "fabric-\(sample.name).txt"), encoding: .utf8)
        let summary = PlanSummary(plan: try Self.plan(sample.parameters)).description
        #expect(summary == golden)
    }

    @Test(arguments: [1, 3, 5], [1, 8]) func everySizeFitsAHost(_ orderers: Int, _ organizations: Int) throws {
        for peers in [1, 4] {
            let plan = try Self.plan([
                "orderers": .integer(orderers), "organizations": .integer(organizations), "peers": .integer(peers),
            ])
            #expect(plan.nodes.count == orderers + organizations * peers)
            #expect(plan.tasks.count == 2 + organizations)
        }
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let wrong: [[String: JSONValue]] = [
            ["orderers": 2], ["organizations": 9], ["peers": 0], ["channel": "Upper"], ["channel": "a b"], ["domain": "a..b"],
            ["registry": "http://x"], ["registry": "x/"], ["version": "2.5;rm"], ["certificateDays": 3651],
        ]
        for parameters in wrong {
            #expect(throws: BlueprintError.self, "\(parameters)") { try Self.plan(parameters) }
        }
    }

    /// Keys go to the nodes that own them, to who joins them, and to the tenant; never to what makes the public block.
    @Test func keysAreWhereTheyBelong() throws {
        let plan = try Self.plan(["peers": 2, "orderers": 3])
        func keys(_ files: [PlannedFile]) -> Set<String> {
            Set(files.filter { $0.content.hasSuffix(".key}") }.map(\.content))
        }
        #expect(plan.tasks[0].stage == .before && keys(plan.tasks[0].files).isEmpty)
        for node in plan.nodes {
            #expect(keys(node.files) == ["${identity.\(node.name).key}", "${identity.\(node.name)-tls.key}"])
            #expect(node.files.allSatisfy { $0.content.hasSuffix(".key}") == ($0.mode == 0o400) })
        }
        for task in plan.tasks.dropFirst() {
            let admin = task.name == "join-orderers" ? "orderer-admin-tls" : task.name.dropFirst("join-".count) + "-admin"
            #expect(keys(task.files) == ["${identity.\(admin).key}"])
        }
    }

    /// No node has Docker's socket: the peers' configuration is rid of it before they start.
    @Test func chaincodesAreServices() throws {
        let plan = try Self.plan()
        for peer in plan.nodes where peer.image.contains("peer") {
            #expect(peer.command[2].contains(#"sed 's|^\( *endpoint:\) *unix:.*|\1|'"#))
            #expect(peer.environment["CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG"] == "{\"peername\":\"\(peer.name)\"}")
        }
    }

    @Test func aProfileNamesEveryNodeOfTheChannel() throws {
        let plan = try Self.plan(["orderers": 3, "peers": 2])
        let file = try #require(plan.connection.first { $0.name == "org2/connection.json" })
        let profile = try JSONDecoder().decode(JSONValue.self, from: Data(file.content.utf8))
        func members(_ path: String...) -> [String: JSONValue] {
            path.reduce(profile) { value, name in value.members[name] ?? .null }.members
        }
        let hosts = (1...2).flatMap { org in (0...1).map { "peer\($0).org\(org).example.com" } }
        #expect(members("peers").keys.sorted() == hosts.sorted())
        #expect(members("channels", "channel", "peers").keys.sorted() == hosts.sorted())
        #expect(members("orderers").keys.sorted() == (0...2).map { "orderer\($0).example.com" })
        #expect(members("organizations").keys.sorted() == ["Org1", "Org2"])
        #expect(members("client")["organization"] == "Org2")
        #expect(members("peers", "peer1.org1.example.com")["url"] == "${endpoint.peer1-org1.grpc.url}")
    }
}

extension JSONValue {
    fileprivate var members: [String: JSONValue] {
        if case .object(let members) = self { members } else { [:] }
    }
}
