-- what machines with Windows may be asked by WinRM at first: one command of PowerShell each
INSERT INTO inquiry (by, name, unit, command, note) VALUES
  ('winrm', 'free disk', '%', '$d = Get-CimInstance Win32_LogicalDisk -Filter "DeviceID=''C:''"; [math]::Round(100 * $d.FreeSpace / $d.Size, 1)', 'of C:'),
  ('winrm', 'failed services', '', '@(Get-CimInstance Win32_Service -Filter "StartMode=''Auto'' and State<>''Running'' and ExitCode<>0").Count', 'most=0'),
  ('winrm', 'backup age', 'h', '[math]::Round(((Get-Date) - (Get-WBSummary -ErrorAction Stop).LastSuccessfulBackupTime).TotalHours, 1)',
    'of Windows Server Backup: copy it for another program'),
  ('winrm', 'patch age', 'days', '$h = Get-HotFix | Where-Object InstalledOn | Sort-Object InstalledOn | Select-Object -Last 1; if (-not $h) { throw "no update" }; [math]::Floor(((Get-Date) - $h.InstalledOn).TotalDays)',
    'since the last update was installed'),
  ('winrm', 'uptime', 'h', '[math]::Round(((Get-Date) - (Get-CimInstance Win32_OperatingSystem).LastBootUpTime).TotalHours, 1)', '');
