import Foundation
import PostgreSQL
import Testing

@Suite struct ConfigurationTests {
    @Test(arguments: [
        "", "mysql://u:sesame@h/d", "postgresql://u:sesame@h:port/d", "postgresql://u:ses/ame@h/d", "postgresql://u:se@same@h/d",
        "postgresql://u:sesame@h:99999/d", "postgresql://u:sesame@h/d?nonsense=1", "postgresql://u:sesame@[::1/d",
        "postgresql://u:%zzsesame@h/d",
    ])
    func aWrongURLIsRefusedWithoutRepeatingIt(_ url: String) throws {
        let error = try #require(throws: DatabaseError.self) { try DatabaseConfiguration(url: url) }
        #expect(error.code == .invalidConfiguration)
        for part in ["sesame", "ses", "ame@", "same"] { #expect(!"\(error)".contains(part)) }
    }

    @Test func thePasswordIsNotShown() throws {
        let configuration = try DatabaseConfiguration(
            url: "postgresql://u:sesame@h:5433/d?sslpassword=sesame&options=-cx%3Dsesame")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] { #expect(!text.contains("sesame")) }
        #expect("\(configuration)" == "postgresql://u@h:5433/d")
    }

    @Test func limitsAreChecked() {
        for make in [
            { try DatabaseConfiguration(url: "postgresql://h/d", connectTimeout: .zero) },
            { try DatabaseConfiguration(url: "postgresql://h/d", statementTimeout: .seconds(100_000)) },
            { try DatabaseConfiguration(url: "postgresql://h/d", resultLimit: 1) },
            { try DatabaseConfiguration(url: "postgresql://h/d", statementLimit: 0) },
        ] {
            #expect(#expect(throws: DatabaseError.self) { try make() }?.code == .invalidConfiguration)
        }
    }

    @Test func theURLsOwnOptionsWin() async throws {
        let pool = try Database.pool(Database.url { $0.add("options", "-cstatement_timeout=1234") }, size: 1)
        let setting = try await pool.session {
            try $0.queryOne("SHOW statement_timeout")?.decode("statement_timeout", as: String.self)
        }
        #expect(setting == "1234ms")
        await pool.close()
    }

    @Test func aRefusedLoginFailsAtOnceAndKeepsThePassword() async throws {
        let logins: [String] = try [
            Database.url { $0.password = "sesame" },
            Database.url {
                $0.user = "nobody"
                $0.password = "sesame"
            },
            Database.url { $0.path = "/nowhere" },
        ]
        for url in logins {
            let pool = try Database.pool(url, size: 1, waitLimit: .seconds(60))
            let error = await #expect(throws: DatabaseError.self) { try await pool.session { _ in } }
            #expect(error?.code == .refused)
            #expect(error?.description.contains("sesame") == false)
            await pool.close()
        }
    }
}
