// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

// Packages, each under the short name the targets below use.
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let asyncAlgorithms: Target.Dependency = .product(name: "AsyncAlgorithms", package: "swift-async-algorithms")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

func room(_ name: String, path: String? = nil, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: path, swiftSettings: strict)
}

// A fifth of what an idle program weighs: tables of symbols that nobody looks up, and relocations one by one instead of packed, which
// the system's C library knows since 2.36 (Debian 12).
let lean: [LinkerSetting] = [
    .unsafeFlags(
        ["-use-ld=lld", "-Xlinker", "--no-export-dynamic", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"],
        .when(platforms: [.linux], configuration: .release))
]

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies + [argumentParser, lifecycle, unixSignals, logging, "Telemetry"],
        swiftSettings: strict, linkerSettings: lean)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: dependencies, path: "Tests/" + name, exclude: exclude, swiftSettings: strict)
}

let package = Package(
    name: "continuo",
    products: [
        .executable(name: "continuo-engine", targets: ["continuo-engine"]),
        .executable(name: "continuo-agent", targets: ["continuo-agent"]),
        .executable(name: "continuo-watchdog", targets: ["continuo-watchdog"]),
        .executable(name: "continuo-memory-host", targets: ["continuo-memory-host"]),
    ],
    traits: [.trait(name: "CrashPoints", description: "Programs that can be made to die at a place of a test's choice.")],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The C libraries, one shim header each.
        .systemLibrary(name: "CThreads"),
        .systemLibrary(name: "CCurl"),
        .systemLibrary(name: "CPostgreSQL", pkgConfig: "libpq"),
        .systemLibrary(name: "CRabbitMQ", pkgConfig: "librabbitmq"),
        .target(name: "CEmbedded"),

        // For tests: empty without the trait of that name.
        room("CrashPoints", []),

        // Clients and forms: know nothing of chains.
        room("JSON", []),
        room("Threads", ["CThreads"]),
        room("Curl", ["CCurl", "CThreads"]),
        room("PostgreSQL", ["CPostgreSQL", "Threads", deque, logging, lifecycle]),
        room("RabbitMQ", ["CRabbitMQ", "CrashPoints", "Threads", deque, logging, lifecycle]),

        // The domain.
        room("Model", []),
        room("Embedded", ["CEmbedded"]),
        room("Blueprints", ["Model", "Embedded", yams]),
        room("Wire", ["JSON", "Model", "RabbitMQ", crypto]),
        room("Ledger", ["CrashPoints", "JSON", "Model", "PostgreSQL", "Embedded", crypto, logging]),

        // Drivers.
        room("Drivers", path: "Sources/Drivers/Contract", ["Model", crypto]),
        room("Vaults", ["Drivers", "Model", asn1, crypto, x509]),
        room("MemoryDriver", path: "Sources/Drivers/Memory", ["Curl", "Drivers", "JSON", "Model"]),
        room("DockerEngine", path: "Sources/Drivers/DockerEngine", ["Drivers", "Model", "Curl"]),
        room("KubernetesDriver", path: "Sources/Drivers/Kubernetes", ["Drivers", "Model", "Curl"]),
        room("DockerDriver", path: "Sources/Drivers/Docker", ["DockerEngine", "Drivers", "Model", "Curl"]),
        room("SwarmDriver", path: "Sources/Drivers/Swarm", ["DockerEngine", "Drivers", "Model", "Curl", crypto]),

        // Services.
        room("Telemetry", [logging]),
        room("Settings", ["PostgreSQL", "RabbitMQ", "Wire"]),
        room("Agent", ["CrashPoints", "Drivers", "Vaults", "Model", "Wire", "RabbitMQ", crypto, logging, lifecycle]),
        room(
            "Engine",
            [
                "Blueprints", "CrashPoints", "Ledger", "Model", "PostgreSQL", "RabbitMQ", "Wire", "Embedded", crypto,
                hummingbirdCore, httpTypes, nioCore, nioHTTP1, nioHTTPTypes, nioPosix, nioSSL, logging, lifecycle,
            ]),
        room("Watchdog", ["Ledger", "Model", "PostgreSQL", "RabbitMQ", "Wire", asyncAlgorithms, logging, lifecycle]),

        // Programs, a few lines each.
        program("continuo-engine", ["Engine", "Ledger", "Model", "PostgreSQL", "Wire", "Blueprints", "Settings"]),
        program("continuo-watchdog", ["Watchdog", "Settings"]),
        program(
            "continuo-agent",
            [
                "Agent", "Curl", "Drivers", "DockerDriver", "KubernetesDriver", "MemoryDriver", "Model", "RabbitMQ",
                "SwarmDriver",
                "Wire",
            ]),
        program("continuo-memory-host", ["MemoryDriver", "Drivers", "JSON", "Model", hummingbird, httpTypes, nioCore]),

        // Tests, one folder per room.
        tests("Model", ["Model"]),
        .target(
            name: "TestServers", dependencies: ["Curl", "PostgreSQL", lifecycle, logging], path: "Tests/Support/TestServers",
            swiftSettings: strict),
        tests(
            "Engine",
            [
                "Engine", "Blueprints", "Curl", "Embedded", "Ledger", "Model", "PostgreSQL", "RabbitMQ", "TestServers", "Wire",
                httpTypes, hummingbirdCore, lifecycle, logging, nioCore, yams,
            ]),
        tests("Settings", ["Settings", "PostgreSQL", "RabbitMQ", "Wire"]),
        tests(
            "Watchdog", ["Watchdog", "Ledger", "Model", "PostgreSQL", "RabbitMQ", "TestServers", "Wire", lifecycle, logging]),
        .target(
            name: "Programs", dependencies: ["Curl", "Model", "PostgreSQL", logging], path: "Tests/Support/Programs",
            swiftSettings: strict),
        tests("EndToEnd", ["Curl", "Model", "Programs"]),
        tests("Faults", ["CrashPoints", "Curl", "FaultProxy", "Model", "PostgreSQL", "Programs"]),
        tests("JSON", ["JSON", "Model"]),
        tests("Threads", ["Threads"]),
        tests("Embedded", ["Embedded"]),
        tests("Ledger", ["Ledger", "Model", "PostgreSQL", logging], exclude: ["Released"]),
        tests("Blueprints", ["Blueprints", "Embedded", "Model", "SchemaJudge"], exclude: ["Plans"]),
        .target(
            name: "DockerSupport", dependencies: ["Curl", "DockerDriver", "Drivers", "Model", "Vaults"],
            path: "Tests/Support/Docker",
            swiftSettings: strict),
        tests(
            "DockerDriver",
            [
                "DockerDriver", "DockerEngine", "DockerSupport", "Blueprints", "Curl", "Drivers", "Model", crypto, hummingbird,
                httpTypes, logging, nioCore,
            ]),
        tests(
            "SwarmDriver", ["SwarmDriver", "DockerEngine", "DockerSupport", "Blueprints", "Curl", "Drivers", "Model", "Programs"]),
        .target(
            name: "Scripted", dependencies: [hummingbird, httpTypes, logging, nioCore], path: "Tests/Support/Scripted",
            swiftSettings: strict),
        tests(
            "DriverConformance",
            [
                "Curl", "DockerDriver", "DockerSupport", "Drivers", "KubernetesSupport", "MemoryDriver", "Model", "Scripted",
                "SwarmDriver", "continuo-memory-host",
            ]),
        .target(
            name: "KubernetesSupport", dependencies: ["Curl", "DockerSupport", "Drivers", "KubernetesDriver", "Model", "Vaults"],
            path: "Tests/Support/Kubernetes", swiftSettings: strict),
        tests(
            "KubernetesDriver",
            [
                "Blueprints", "Curl", "DockerSupport", "Drivers", "KubernetesDriver", "KubernetesSupport", "Model", "Scripted",
                yams,
            ]),
        tests("Drivers", ["Drivers", "Model"]),
        tests("Vaults", ["Vaults", "Blueprints", "Drivers", "Model"]),
        tests("Curl", ["Curl"]),
        .target(
            name: "SchemaJudge", dependencies: ["Model"], path: "Tests/Support/SchemaJudge", swiftSettings: strict),
        tests("Wire", ["Wire", "Model", "RabbitMQ", "SchemaJudge"]),
        tests("Agent", ["Agent", "Drivers", "Model", "RabbitMQ", "Wire", logging, lifecycle]),
        tests("Simulation", ["Agent", "Ledger", "Model", "Wire"]),
        tests("MemoryDriver", ["MemoryDriver", "Drivers", "Model", "Curl", "continuo-memory-host"]),
        tests("Telemetry", ["Telemetry", logging]),
        .target(name: "FaultProxy", dependencies: ["Threads"], path: "Tests/Support/FaultProxy", swiftSettings: strict),
        tests("PostgreSQL", ["PostgreSQL", "FaultProxy", "Programs", logging]),
        tests("RabbitMQ", ["RabbitMQ", "FaultProxy", "Programs", logging, lifecycle]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu2x
)
