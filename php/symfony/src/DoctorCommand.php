<?php

/** bin/console clever:doctor */

declare(strict_types=1);

namespace CleverSso\Symfony;

use CleverSso\ClientInterface;
use CleverSso\Exception as CleverSsoException;
use CleverSso\Finding;
use CleverSso\Report;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Output\OutputInterface;
use Symfony\Component\DependencyInjection\Exception\EnvNotFoundException;

/** Checks the settings and the routes of the application, and then runs the checks of the client's doctor. */
final class DoctorCommand extends Command
{
    /**
     * @param \Closure(): Legs $legs
     * @param \Closure(): ClientInterface $client
     */
    public function __construct(private readonly \Closure $legs, private readonly \Closure $client)
    {
        parent::__construct();
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        $problem = fn(string $check, string $line): Finding => new Finding($check, 'problem', $line, null);
        $ours = $findings = [];
        try {
            $legs = ($this->legs)();
            $misfit = $legs->misfit();
            $ours = array_filter([$misfit === null ? null : $problem('callback', $misfit), $legs->refusedCookie()]);
            $findings = Legs::names()->report(($this->client)()->doctor())->findings;
        } catch (CleverSsoException | EnvNotFoundException $error) {
            $ours[] = $problem('settings', $error->getMessage());
        }
        $report = new Report([...array_values($ours), ...$findings]);
        $output->write($report->toText($output->isDecorated()), false, OutputInterface::OUTPUT_RAW);
        if ($report->exitCode === 0) {
            $output->writeln('Log in with Clever is set up.');
        }
        return $report->exitCode;
    }
}
