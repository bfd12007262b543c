import ArgumentParser

@main
struct ContinuoEngine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "continuo-engine",
        abstract: "Continuo's orchestration layer: the REST API, and the relay of commands to the broker.",
        discussion: """
            Settings come from the environment:
              CONTINUO_DATABASE_URL   the ledger, a PostgreSQL URI
              CONTINUO_AMQP_URL       the broker, an AMQP URI (serve)
              CONTINUO_ROOT_KEY_FILE  the file of the root key (serve, site add)
              CONTINUO_BLUEPRINTS     a folder of blueprints of your own, *.yaml, beside the built-in ones (serve)
              CONTINUO_LISTEN         where to listen, 127.0.0.1:8040 unless said; port 0 takes a free one (serve)
              CONTINUO_TLS_CERTIFICATE, CONTINUO_TLS_KEY
                                      PEM files with which it listens by TLS; in clear unless said (serve)
              CONTINUO_CONNECTIONS    how many connections at a time, 1024 unless said (serve)
              CONTINUO_IMAGES         the images that blueprints may use, such as hyperledger/*,continuo/*; all unless said (serve)
              CONTINUO_CORS_ORIGINS   origins whose pages may call the API from a browser; none unless said (serve)
              CONTINUO_LOG_LEVEL      trace, debug, info, notice, warning, error or critical; info unless said

            A first start:
              continuo-engine root-key --out root-key
              continuo-engine migrate
              continuo-engine site add default --agent-file site-default.json
              continuo-engine key add --role admin --key-file admin-key
              continuo-engine serve

            Exit codes: 0 done, 64 wrong usage, 65 refused by the ledger, or a broken blueprint, 66 a file can't be read, 69 the
            ledger is away, 73 a file can't be made, 78 a setting can't be used, 1 any other failure.
            """,
        subcommands: [
            Serve.self, Migrate.self, MakeRootKey.self, SiteCommand.self, TenantCommand.self, KeyCommand.self,
            BlueprintCommand.self,
        ],
        defaultSubcommand: Serve.self)
}
