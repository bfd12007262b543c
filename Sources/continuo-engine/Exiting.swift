import ArgumentParser
import FoundationEssentials
import Ledger
import PostgreSQL
import Settings
import Wire

extension Settings.Environment {
    static var ofProcess: Settings.Environment { Settings.Environment(ProcessInfo.processInfo.environment) }
}

/// Does the work, and turns its errors into a sentence and an exit code.
func exiting<R>(_ work: () async throws -> R) async throws -> R {
    do {
        return try await work()
    } catch let error as SettingError {
        throw Exit.with(.init(78), error.description)
    } catch let error as FileError {
        throw Exit.with(.init(73), "\(error.path): \(error.failure)")
    } catch let error as BlueprintFile.Unreadable {
        throw Exit.with(.init(66), "\(error.path) can't be read: \(error.reason)")
    } catch let error as WireError {
        throw Exit.with(.init(66), error.description)
    } catch let error as LedgerError {
        throw Exit.with(error.exitCode, error.description)
    }
}

/// A secret's file that could not be made.
struct FileError: Error {
    let path: String
    let failure: SecretFile.Failure
}

enum Exit {
    static func with(_ code: ExitCode, _ message: String) -> ExitCode {
        FileHandleOutput.standardError("Error: \(message)\n")
        return code
    }
}

extension LedgerError {
    fileprivate var exitCode: ExitCode {
        switch self {
        case .unavailable: .init(69)
        case .unreadable, .notLeading: .failure
        default: .init(65)
        }
    }
}
