<?php

/** php artisan clever:doctor */

declare(strict_types=1);

namespace CleverSso\Laravel;

use CleverSso\ConfigException;
use CleverSso\Exception as CleverSsoException;
use CleverSso\Finding;
use CleverSso\Report;
use Illuminate\Console\Command;
use Symfony\Component\Console\Output\OutputInterface;

/** Checks the settings and the routes of the application, and then runs the checks of the client's doctor. */
final class DoctorCommand extends Command
{
    protected $signature = 'clever:doctor';
    protected $description = 'Check the settings of Log in with Clever, and say what is wrong';

    public function handle(Clever $clever, Settings $settings): int
    {
        $problem = fn(string $check, string $line): Finding => new Finding($check, 'problem', $line, null);
        $ours = array_map(fn(string $line) => $problem('settings', $line), $settings->problems());
        $findings = [];
        if ($ours === []) {
            $misfit = $clever->misfit();
            $ours = array_filter([$misfit === null ? null : $problem('callback', $misfit), $clever->refusedCookie()]);
            try {
                $findings = $settings->names()->report($clever->client()->doctor())->findings;
            } catch (CleverSsoException $error) {
                // Only discovery asks Clever while the client is made.
                $ours[] = $problem($error instanceof ConfigException ? 'settings' : 'discovery', $error->getMessage());
            }
        }
        $report = new Report([...array_values($ours), ...$findings]);
        $this->output->write($report->toText($this->output->isDecorated()), false, OutputInterface::OUTPUT_RAW);
        if ($report->exitCode === 0) {
            $this->line('Log in with Clever is set up.');
        }
        return $report->exitCode;
    }
}
