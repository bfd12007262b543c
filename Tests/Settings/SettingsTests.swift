import Foundation
import Testing
import Wire

@testable import Settings

@Suite struct SettingsTests {
    private static func message(_ read: () throws -> Void) -> String {
        do {
            try read()
            return "nothing was wrong"
        } catch {
            return "\(error)"
        }
    }

    @Test func missingSettingsAreNamed() {
        let empty = Settings.Environment(["CONTINUO_AMQP_URL": ""])
        #expect(Self.message { _ = try empty.database(program: "test") }.hasPrefix("CONTINUO_DATABASE_URL: is not set"))
        #expect(Self.message { _ = try empty.broker() }.hasPrefix("CONTINUO_AMQP_URL: is not set"))
        #expect(Self.message { _ = try empty.rootKey() }.hasPrefix("CONTINUO_ROOT_KEY_FILE: is not set"))
    }

    @Test func certificateAndKeyComeTogether() throws {
        #expect(try Settings.Environment([:]).tlsFiles() == nil)
        let both = try Settings.Environment(["CONTINUO_TLS_CERTIFICATE": "c", "CONTINUO_TLS_KEY": "k"]).tlsFiles()
        #expect(both?.certificate == "c" && both?.key == "k")
        for (given, missing) in [("CERTIFICATE", "KEY"), ("KEY", "CERTIFICATE")] {
            let half = Settings.Environment(["CONTINUO_TLS_\(given)": "x"])
            #expect(Self.message { _ = try half.tlsFiles() }.hasPrefix("CONTINUO_TLS_\(missing): is not set"))
        }
    }

    @Test func wrongAddressesAreNamedWithoutTheirPasswords() {
        let wrong = Settings.Environment([
            "CONTINUO_DATABASE_URL": "mysql://u:pass-word@h/d", "CONTINUO_AMQP_URL": "http://u:pass-word@h",
        ])
        for text in [Self.message { _ = try wrong.database(program: "test") }, Self.message { _ = try wrong.broker() }] {
            #expect(text.hasPrefix("CONTINUO_") && !text.contains("pass-word"), "\(text)")
        }
    }

    @Test func aRootKeyComesFromItsFile() throws {
        let path = NSTemporaryDirectory() + "continuo-test-" + UUID().uuidString
        defer { SecretFile.remove(path) }
        let key = RootKey.fresh()
        try SecretFile.create(path, Array((key.base64 + "\n").utf8))
        let read = try Settings.Environment(["CONTINUO_ROOT_KEY_FILE": path]).rootKey()
        #expect(read.base64 == key.base64)
    }

    @Test func aSecretFileIsItsOwnersAndNeverOverwritten() throws {
        let path = NSTemporaryDirectory() + "continuo-test-" + UUID().uuidString
        defer { SecretFile.remove(path) }
        try SecretFile.create(path, Array("one".utf8))
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        #expect(throws: SecretFile.Failure.exists) { try SecretFile.create(path, Array("two".utf8)) }
        #expect(try SecretFile.read(path) == Array("one".utf8))
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        #expect(throws: SecretFile.Failure.open) { try SecretFile.read(path) }
        #expect(try SecretFile.read(path, isSecret: false) == Array("one".utf8))
    }

    @Test func whatIsNoKeyIsNoKey() throws {
        let path = NSTemporaryDirectory() + "continuo-test-" + UUID().uuidString
        defer { SecretFile.remove(path) }
        try SecretFile.create(path, Array("abc".utf8))
        let environment = Settings.Environment(["CONTINUO_ROOT_KEY_FILE": path])
        #expect(
            Self.message { _ = try environment.rootKey() }
                == "CONTINUO_ROOT_KEY_FILE is \"\(path)\", but: it holds no key: 32 bytes in base64")
    }
}
