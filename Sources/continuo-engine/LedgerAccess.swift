import Ledger
import Logging
import PostgreSQL
import Settings

/// Lends the ledger to a command, over one connection.
func withLedger<R: Sendable>(_ body: (Ledger) async throws -> R) async throws -> R {
    try await exiting {
        let database = try Settings.Environment.ofProcess.database(program: "continuo-engine")
        let pool = Pool(
            database, size: 1, waitLimit: .seconds(5),
            logger: Logger(label: "continuo.engine", factory: { _ in SwiftLogNoOpLogHandler() }))
        do {
            let result = try await body(Ledger(pool: pool))
            await pool.close()
            return result
        } catch {
            await pool.close()
            throw error
        }
    }
}

/// Makes a secret's file, does the rest, and removes the file again if the rest fails.
func withSecretFile(_ path: String, _ bytes: [UInt8], _ rest: () async throws -> Void) async throws {
    do throws(SecretFile.Failure) {
        try SecretFile.create(path, bytes)
    } catch {
        throw FileError(path: path, failure: error)
    }
    do {
        try await rest()
    } catch {
        SecretFile.remove(path)
        throw error
    }
}
