import CrashPoints
import FaultProxy
import Foundation
import Glibc
import Model
import Programs

/// The programs of one Continuo: an engine, two watchdogs, two agents. Whatever dies is started again, as a service manager would.
actor Fleet {
    enum Seat: Hashable, Sendable, CustomStringConvertible {
        case engine
        case watchdog(Int)
        case agent(Int)

        var description: String {
            switch self {
            case .engine: "engine"
            case .watchdog(let number): "watchdog \(number)"
            case .agent(let number): "agent \(number)"
            }
        }
    }

    static let seats: [Seat] = [.engine, .watchdog(1), .watchdog(2), .agent(1), .agent(2)]

    let installation: TestInstallation
    let port: Int
    private let target: Target
    private let environment: [String: String]
    private(set) var arms: [Seat: [Arm]]
    private(set) var programs: [Seat: RunningProgram] = [:]
    private var ended: [RunningProgram] = []
    private var keepers: [Task<Void, Never>] = []
    private var isEnding = false
    /// How often programs died where they were to die.
    private(set) var deaths: [CrashPoint: Int] = [:]
    /// Programs that ended by themselves, with their status.
    private(set) var surprises: [String] = []

    /// - Parameter arms: where the program in a seat is to die, one place after another; after the last it is started unarmed.
    init(
        _ installation: TestInstallation, target: Target, proxies: (database: Int, broker: Int)? = nil, arms: [Seat: [Arm]] = [:]
    ) throws {

        self.installation = installation
        self.target = target
        self.arms = arms
        var environment = installation.environment
        if let proxies {
            environment["CONTINUO_DATABASE_URL"] = Self.rerouted(environment["CONTINUO_DATABASE_URL"], to: proxies.database)
            environment["CONTINUO_AMQP_URL"] = Self.rerouted(environment["CONTINUO_AMQP_URL"], to: proxies.broker)
        }
        self.environment = environment
        port = try freePort()
    }

    private static func rerouted(_ url: String?, to port: Int) -> String? {
        var components = url.flatMap { URLComponents(string: $0) }
        components?.port = port
        return components?.string
    }

    var admin: API { installation.admin(port: port) }
    var tenant: API { installation.tenant(port: port) }

    func start() {
        for seat in Self.seats { keepers.append(Task { await keep(seat) }) }
    }

    private func keep(_ seat: Seat) async {
        while !isEnding {
            let arm = arms[seat]?.first
            do {
                let program = try launch(seat, arm)
                programs[seat] = program
                let status = await program.ended()
                ended.append(program)
                guard !isEnding else { return }
                note(seat, arm, status, program)
            } catch {
                surprises.append("\(seat) can't be started: \(error)")
                return
            }
        }
    }

    private func note(_ seat: Seat, _ arm: Arm?, _ status: Int32, _ program: RunningProgram) {
        if let arm, status == SIGKILL {
            arms[seat]?.removeFirst()
            deaths[arm.point, default: 0] += 1
        } else {
            surprises.append("\(seat) ended with \(status): \(program.printed.suffix(2000))")
        }
    }

    private func launch(_ seat: Seat, _ arm: Arm?) throws -> RunningProgram {
        var environment = environment
        environment["CONTINUO_CRASH_POINT"] = arm?.description
        switch seat {
        case .engine:
            environment["CONTINUO_LISTEN"] = "127.0.0.1:\(port)"
            return try RunningProgram("continuo-engine", ["serve"], environment: environment)
        case .watchdog:
            return try RunningProgram("continuo-watchdog", [], environment: environment)
        case .agent:
            let arguments = [
                "--driver", target.driver, "--site", "default", "--site-file", installation.siteFile, "--allow", target.endpoint,
            ]
            return try RunningProgram("continuo-agent", arguments, environment: environment)
        }
    }

    /// Kills all of it.
    func end() async {
        isEnding = true
        for program in programs.values { program.signal(SIGKILL) }
        for keeper in keepers { await keeper.value }
    }

    /// Writes what each program printed beside the tests' logs; returns the folder.
    func keepLogs() -> String {
        let folder = FileManager.default.currentDirectoryPath + "/.build/test-logs/\(installation.name)"
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for program in ended + programs.values.filter({ program in !ended.contains { $0 === program } }) {
            try? program.printed.write(
                toFile: "\(folder)/\(program.name)-\(program.processID).log", atomically: true, encoding: .utf8)
        }
        return folder
    }
}

/// The host on which chains are made.
struct Target: Sendable {
    let driver: String
    let endpoint: String
    let network: String
    let firstPort: Int

    /// As the API is told of it.
    func request(capacity: Int) -> JSONValue {
        [
            "name": "target", "driver": .string(driver), "endpoint": .string(endpoint), "address": "127.0.0.1",
            "capacity": .integer(capacity), "autofill": true, "network": .string(network),
            "portRange": ["first": .integer(firstPort), "last": .integer(firstPort + 499)],
        ]
    }
}
