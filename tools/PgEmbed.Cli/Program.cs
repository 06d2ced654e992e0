using PgEmbed.Cli;

return await PgEmbedCommand.RunAsync(args, Console.In, Console.Out, Console.Error, CancellationToken.None);
