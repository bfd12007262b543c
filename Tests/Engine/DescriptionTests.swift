import Embedded
import Foundation
import HTTPTypes
import Ledger
import Model
import Testing
import Yams

@testable import Engine

/// The description of the API and the API itself say the same.
@Suite struct DescriptionTests {
    private static let methods: Set<String> = ["get", "post", "put", "patch", "delete"]

    private static func description() throws -> Node.Mapping {
        let file = try #require(EmbeddedFile.named("schemas/openapi.yaml"))
        return try #require(try Yams.compose(yaml: file.text)?.mapping)
    }

    private static func schemas() throws -> Node.Mapping {
        try #require(try description()["components"]?.mapping?["schemas"]?.mapping)
    }

    @Test func everyCallIsDescribedAndEveryDescribedCallIsThere() throws {
        let paths = try #require(try Self.description()["paths"]?.mapping)
        var described: Set<String> = []
        for (path, calls) in paths {
            for (method, _) in try #require(calls.mapping) where Self.methods.contains(method.string ?? "") {
                described.insert("\(method.string?.uppercased() ?? "") \(path.string ?? "")")
            }
        }
        #expect(described == Set(RouteSample.routes.map { "\($0.method.rawValue) \($0.path)" }))
    }

    @Test func everyProblemCodeIsDescribed() throws {
        let codes = try Self.schemas()["Problem"]?["properties"]?["code"]?["enum"]?.array().compactMap(\.string) ?? []
        #expect(Set(codes) == Set(Problem.Code.allCases.map(\.rawValue)))
    }

    @Test func everyProblemCodeIsInTheHandbook() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: folder.appending(path: "ops/handbook/problems.md"), encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
        let listed = rows.compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
        #expect(Set(listed) == Set(Problem.Code.allCases.map(\.rawValue)) && listed.count == Set(listed).count)
        for code in Problem.Code.allCases {
            #expect(rows.contains { $0.hasPrefix("| `\(code.rawValue)` | \(code.status.code) |") }, "\(code.rawValue)")
        }
    }

    @Test func enumerationsHaveTheWordsOfTheModel() throws {
        let schemas = try Self.schemas()
        func words(_ name: String) -> Set<String> { Set(schemas[name]?["enum"]?.array().compactMap(\.string) ?? []) }
        #expect(words("Driver") == Set(DriverKind.allCases.map(\.rawValue)))
        #expect(words("Phase") == Set(ChainPhase.allCases.map(\.rawValue)))
        #expect(words("Health") == Set(ChainHealth.allCases.map(\.rawValue)))
        #expect(words("LeaseStatus") == Set(LeaseStatus.allCases.map(\.rawValue)))
        #expect(words("OperationStatus") == Set(OperationStatus.allCases.map(\.rawValue)))
        #expect(words("OperationKind") == Set(OperationKind.allCases.map(\.rawValue)))
    }

    @Test func answersHaveTheDescribedMembers() throws {
        let schemas = try Self.schemas()
        func required(_ name: String) -> Set<String> { Set(schemas[name]?["required"]?.array().compactMap(\.string) ?? []) }
        #expect(RouteSample.host.json(chains: 0, unattended: true).names == required("Host"))
        #expect(RouteSample.chain.json(address: "x", lease: nil, showsTenant: true).names == required("Chain"))
        #expect(RouteSample.operation.json(waitingFor: nil).names == required("Operation"))
        #expect(RouteSample.attempt.json.names == required("Attempt"))
        #expect(RouteSample.agent.json.names == required("Agent"))
        #expect(RouteSample.deadLetter.json.names == required("DeadLetter"))
        #expect(RouteSample.hold.json.names == required("Hold"))
        #expect(RouteSample.orphan.json.names == required("Orphan"))
        #expect(RouteSample.lease.json.names == required("Lease"))
        #expect(RouteSample.pool.json.names == required("Pool"))
        #expect(RouteSample.tenant.json.names == required("Tenant"))
        #expect(RouteSample.key.json.names == required("Key"))
        #expect(RouteSample.site.json(agents: [], sealed: SealedHosts()).names == required("Site"))
        #expect(RouteSample.record.json.names == required("AuditRecord"))
        #expect(Stats().json.names == required("Stats"))
        #expect(try RouteSample.blueprint.json.names == required("Blueprint"))
    }
}
